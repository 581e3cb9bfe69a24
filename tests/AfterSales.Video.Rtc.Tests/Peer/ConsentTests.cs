using AfterSales.Video.Rtc.Tests.Loop;
using AfterSales.Video.TestKit.Time;

namespace AfterSales.Video.Rtc.Tests.Peer;

/// <summary>Silence, consent and time-outs, on a clock the test moves.</summary>
public sealed class ConsentTests
{
    [Fact]
    public async Task A_vanished_client_is_interrupted_then_gets_no_media_and_is_closed()
    {
        var time = new ManualTimeProvider();
        await using var calls = TestCalls.Start(options => options with { TimeProvider = time });
        var call = await calls.ConnectAsync();
        await calls.ClientLoop.InvokeAsync(call.Client.Vanish);

        await AdvanceAsync(TimeSpan.FromSeconds(4.9));
        Assert.Equal(PeerState.Connected, call.Peer.State);
        await AdvanceAsync(TimeSpan.FromSeconds(0.2));
        Assert.Equal(PeerState.Interrupted, call.Peer.State);
        Assert.Equal(1, await call.SendBackAsync(1));

        await AdvanceAsync(TimeSpan.FromSeconds(25));
        var sent = calls.Server.Counters.DatagramsSent;
        Assert.Equal(0, await call.SendBackAsync(100));
        Assert.Equal(100, call.Peer.Statistics.PacketsDropped);
        Assert.Equal(PeerState.Interrupted, call.Peer.State);

        await AdvanceAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(PeerCloseReason.ConsentExpired, await call.Observer.Closed.WaitAsync(TestCalls.Patience));
        Assert.Equal(sent, calls.Server.Counters.DatagramsSent);

        async Task AdvanceAsync(TimeSpan span)
        {
            time.Advance(span);
            for (var i = 0; i < 3; i++)
                await NextIterationAsync(calls.Server);
        }
    }

    [Fact]
    public async Task An_interrupted_call_is_connected_again_by_its_next_packet()
    {
        var time = new ManualTimeProvider();
        await using var calls = TestCalls.Start(options => options with { TimeProvider = time });
        var call = await calls.ConnectAsync();
        time.Advance(TimeSpan.FromSeconds(5));
        await WaitUntil.TrueAsync(() => call.Observer.States.Any(state => state.State == PeerState.Interrupted));
        await call.ExpectMediaAsync();
        Assert.Equal(PeerState.Connected, call.Observer.States[^1].State);
    }

    [Fact]
    public async Task A_client_that_never_comes_is_given_up_after_30_seconds()
    {
        var time = new ManualTimeProvider();
        await using var calls = TestCalls.Start(options => options with { TimeProvider = time });
        var recorder = new PeerRecorder();
        var other = await Client.RtcClient.StartAsync(calls.ClientLoop, TestCalls.Options());
        var offer = await other.CreateOfferAsync();
        await calls.Server.InvokeAsync(() => calls.Server.CreatePeer(new PeerOptions("late"), recorder).AcceptOffer(offer, new Rtc.Sdp.MediaPolicy()));
        time.Advance(TimeSpan.FromSeconds(29));
        await NextIterationAsync(calls.Server);
        Assert.False(recorder.Closed.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(PeerCloseReason.ConnectTimeout, await recorder.Closed.WaitAsync(TestCalls.Patience));
    }

    private static async Task NextIterationAsync(MediaLoop loop)
    {
        var seen = loop.Counters.Iterations;
        await loop.InvokeAsync(() => { });
        await WaitUntil.TrueAsync(() => loop.Counters.Iterations > seen);
    }
}
