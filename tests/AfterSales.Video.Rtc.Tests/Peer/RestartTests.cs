using AfterSales.Video.Rtc.Tests.Loop;
using AfterSales.Video.TestKit.Time;

namespace AfterSales.Video.Rtc.Tests.Peer;

public sealed class RestartTests
{
    [Fact]
    public async Task An_ICE_restart_from_a_new_address_keeps_the_session_and_media_resumes()
    {
        await using var calls = TestCalls.Start();
        var fromServer = 0L;
        var call = await calls.ConnectAsync(TestCalls.Options() with { OnRtp = (_, _, _) => Interlocked.Increment(ref fromServer) });
        await call.ExpectMediaAsync();
        var before = call.Peer.Session!;
        var oldRemote = (await calls.ClientLoop.InvokeAsync(() => call.Client.SendPath)).Ice.Local;

        await calls.ClientLoop.InvokeAsync(() => call.Client.RestartIce(newAddress: true));
        await call.NegotiateAsync();
        await WaitUntil.TrueAsync(() => calls.ClientLoop.InvokeAsync(() => call.Client.SendPath.Ice.Local != oldRemote).Result);

        await call.ExpectMediaAsync();
        await call.SendBackAsync(5);
        await WaitUntil.TrueAsync(() => Interlocked.Read(ref fromServer) == 5);
        Assert.NotEqual(before.RemoteIce, call.Peer.Session!.RemoteIce);
        Assert.Equal(before.Media[1].LocalSsrc, call.Peer.Session.Media[1].LocalSsrc);
        Assert.Equal([PeerState.Connecting, PeerState.Connected], call.Observer.States.Select(state => state.State));
    }

    [Fact]
    public async Task Media_goes_on_over_the_old_path_while_a_restart_is_under_way()
    {
        await using var calls = TestCalls.Start();
        var call = await calls.ConnectAsync();
        await calls.ClientLoop.InvokeAsync(() => call.Client.RestartIce(newAddress: false));
        var offer = await call.Client.CreateOfferAsync();
        var result = await calls.Server.InvokeAsync(() => call.Peer.AcceptOffer(offer, new Rtc.Sdp.MediaPolicy()));
        await call.ExpectMediaAsync(); // the answer has not arrived yet
        await call.Client.ApplyAnswerAsync(result.AnswerSdp!);
        await call.ExpectMediaAsync();
    }

    [Fact]
    public async Task A_port_changed_by_a_NAT_is_followed_with_the_next_check()
    {
        var time = new ManualTimeProvider();
        await using var calls = TestCalls.Start(configureClient: options => options with { TimeProvider = time });
        var fromServer = 0L;
        var call = await calls.ConnectAsync(TestCalls.Options() with { OnRtp = (_, _, _) => Interlocked.Increment(ref fromServer) });
        var unvalidated = calls.Server.Counters.DroppedUnvalidated;
        await WaitUntil.LoopTimeAsync(calls.Server, TimeSpan.FromSeconds(1.1)); // a path nominated just now is not given up
        await calls.ClientLoop.InvokeAsync(call.Client.Rebind);
        await call.SendAsync(1);
        await WaitUntil.TrueAsync(() => calls.Server.Counters.DroppedUnvalidated == unvalidated + 1);

        time.Advance(TimeSpan.FromSeconds(6.1)); // RFC 7675: a consent check within 6 s
        await WaitUntil.TrueAsync(() => calls.Server.InvokeAsync(() => calls.Server.Directory.PathCount).Result == 2);
        await call.ExpectMediaAsync();
        await call.SendBackAsync(5);
        await WaitUntil.TrueAsync(() => Interlocked.Read(ref fromServer) == 5);
    }

    [Fact]
    public async Task A_bad_offer_is_refused_and_changes_nothing()
    {
        await using var calls = TestCalls.Start();
        var call = await calls.ConnectAsync();
        var session = call.Peer.Session;
        foreach (var bad in new[] { "", "v=0", new string('x', 20_000), "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n" })
        {
            var result = await calls.Server.InvokeAsync(() => call.Peer.AcceptOffer(bad, new Rtc.Sdp.MediaPolicy()));
            Assert.False(result.Accepted);
            Assert.StartsWith("sdp.", result.Refusal!.Code, StringComparison.Ordinal);
        }

        Assert.Same(session, call.Peer.Session);
        await call.ExpectMediaAsync();
    }
}
