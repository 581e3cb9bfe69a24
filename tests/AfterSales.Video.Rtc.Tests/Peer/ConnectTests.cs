using System.Diagnostics;
using System.Net;
using AfterSales.Video.Rtc.Tests.Loop;

namespace AfterSales.Video.Rtc.Tests.Peer;

public sealed class ConnectTests
{
    [Fact]
    public async Task A_client_connects_within_a_second_and_media_flows_both_ways()
    {
        await using var calls = TestCalls.Start();
        await (await calls.ConnectAsync()).Client.DisposeAsync(); // the first one pays for the JIT
        var fromServer = 0L;
        var started = Stopwatch.GetTimestamp();
        var call = await calls.ConnectAsync(TestCalls.Options() with
        {
            OnRtp = (_, _, packet) => Interlocked.Add(ref fromServer, packet.Length == 912 ? 1 : 1000),
        });
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1));
        Assert.Equal(50, await call.SendAsync(50));
        Assert.Equal(50, await call.SendBackAsync(50));
        await WaitUntil.TrueAsync(() => call.Observer.Rtp == 50 && Interlocked.Read(ref fromServer) == 50);
        Assert.Equal("udp", call.Peer.Statistics.TransportProtocol);
        Assert.Equal(50, call.Peer.Statistics.PacketsReceived);
        Assert.InRange(call.Observer.Batches, 1, 50);
        Assert.Equal([PeerState.Connecting, PeerState.Connected], call.Observer.States.Select(state => state.State));
    }

    [Fact]
    public async Task A_client_connects_over_TCP_when_UDP_is_off()
    {
        await using var calls = TestCalls.Start(options => options with { UdpPort = null });
        var fromServer = 0L;
        var call = await calls.ConnectAsync(TestCalls.Options() with { UseTcp = true, OnRtp = (_, _, _) => Interlocked.Increment(ref fromServer) });
        Assert.Equal("tcp", call.Peer.Statistics.TransportProtocol);
        await call.SendAsync(200);
        await call.SendBackAsync(50);
        await WaitUntil.TrueAsync(() => call.Observer.Rtp == 200 && Interlocked.Read(ref fromServer) == 50);
    }

    [Fact]
    public async Task IPv6_works_as_IPv4_does()
    {
        await using var calls = TestCalls.Start(options => options with { BindAddress = IPAddress.IPv6Loopback });
        var call = await calls.ConnectAsync(TestCalls.Options() with { LocalAddress = IPAddress.IPv6Loopback });
        await call.ExpectMediaAsync();
    }

    [Fact]
    public async Task A_goodbye_of_the_client_ends_the_peer()
    {
        await using var calls = TestCalls.Start();
        var call = await calls.ConnectAsync();
        await call.Client.DisposeAsync();
        Assert.Equal(PeerCloseReason.RemoteClosed, await call.Observer.Closed.WaitAsync(TestCalls.Patience));
    }

    [Fact]
    public async Task Closing_the_peer_says_goodbye_to_the_client_once()
    {
        await using var calls = TestCalls.Start();
        var closed = new TaskCompletionSource<PeerCloseReason>(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = await calls.ConnectAsync(TestCalls.Options() with
        {
            OnStateChanged = (_, state, reason) =>
            {
                if (state == PeerState.Closed)
                    closed.TrySetResult(reason);
            },
        });
        await calls.Server.InvokeAsync(() =>
        {
            call.Peer.Close(PeerCloseReason.Requested);
            call.Peer.Close(PeerCloseReason.Requested);
        });
        Assert.Equal(PeerCloseReason.RemoteClosed, await closed.Task.WaitAsync(TestCalls.Patience));
        Assert.Single(call.Observer.States, state => state.State == PeerState.Closed);
        Assert.False(await calls.Server.InvokeAsync(() => call.Peer.SendRtp(TestCall.Header(1), [])));
    }

    [Fact]
    public async Task Stopping_the_loop_closes_every_peer()
    {
        var calls = TestCalls.Start();
        var call = await calls.ConnectAsync();
        await calls.DisposeAsync();
        var reason = await call.Observer.Closed.WaitAsync(TestCalls.Patience);
        Assert.True(reason is PeerCloseReason.LoopStopped or PeerCloseReason.RemoteClosed, reason.ToString());
    }

    [Fact]
    public async Task An_exception_of_an_observer_ends_its_peer_and_no_other()
    {
        await using var calls = TestCalls.Start();
        var good = await calls.ConnectAsync();
        var bad = await calls.ConnectAsync(observer: new PeerRecorder { RtpAction = (_, _) => throw new InvalidOperationException("room") });
        var worse = await calls.ConnectAsync(observer: new PeerRecorder { BatchAction = () => throw new InvalidOperationException("batch") });
        await bad.SendAsync(1);
        await worse.SendAsync(1);
        Assert.Equal(PeerCloseReason.Faulted, await bad.Observer.Closed.WaitAsync(TestCalls.Patience));
        Assert.Equal(PeerCloseReason.Faulted, await worse.Observer.Closed.WaitAsync(TestCalls.Patience));
        Assert.Equal(2, calls.Server.Counters.Faults);
        await good.ExpectMediaAsync();
    }

    [Fact]
    public async Task Calls_leave_no_descriptor_and_no_address_behind()
    {
        await using var calls = TestCalls.Start();
        await (await calls.ConnectAsync()).Client.DisposeAsync();
        await calls.Server.InvokeAsync(() => { });
        var before = OpenDescriptors.Count("socket:");
        for (var i = 0; i < 10; i++)
        {
            var call = await calls.ConnectAsync(TestCalls.Options() with { UseTcp = i % 2 == 0 });
            await call.Client.DisposeAsync();
            await call.Observer.Closed.WaitAsync(TestCalls.Patience);
        }

        await WaitUntil.TrueAsync(() => OpenDescriptors.Count("socket:") <= before + 4); // other tests of this run open sockets too
        Assert.Equal(0, await calls.Server.InvokeAsync(() => calls.Server.Directory.PathCount));
    }
}
