using System.Net;
using System.Net.Sockets;
using AfterSales.Video.Rtc.Tests.Loop;
using AfterSales.Video.TestKit.Time;

namespace AfterSales.Video.Rtc.Tests.Peer;

/// <summary>TCP clients that do not behave.</summary>
public sealed class TcpLimitsTests
{
    [Fact]
    public async Task Connections_without_a_valid_check_are_limited_and_cut_in_time()
    {
        var time = new ManualTimeProvider();
        await using var calls = TestCalls.Start(options => options with { TimeProvider = time, MaxUnprovenTcpConnections = 5 });
        var sockets = new List<TcpClient>();
        for (var i = 0; i < 8; i++)
        {
            var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, calls.Server.TcpPort!.Value);
            sockets.Add(socket);
        }

        await WaitUntil.TrueAsync(() => calls.Server.Counters is { TcpConnectionsAccepted: 5, TcpConnectionsRefused: 3 });
        time.Advance(calls.Server.Options.TcpStallTimeout);
        await WaitUntil.TrueAsync(() => calls.Server.Counters.TcpConnectionsCut == 5);
        foreach (var socket in sockets)
            socket.Dispose();
    }

    [Fact]
    public async Task A_frame_longer_than_any_packet_cuts_the_connection()
    {
        await using var calls = TestCalls.Start();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, calls.Server.TcpPort!.Value);
        await socket.GetStream().WriteAsync(new byte[] { 0xFF, 0xFF, 0, 1, 2, 3 });
        await WaitUntil.TrueAsync(() => calls.Server.Counters.TcpConnectionsCut == 1);
        Assert.Equal(0, await socket.GetStream().ReadAsync(new byte[10]));
    }

    [Fact]
    public async Task A_client_that_does_not_read_loses_packets_and_then_its_connection()
    {
        var time = new ManualTimeProvider();
        await using var calls = TestCalls.Start(options => options with { TimeProvider = time });
        var call = await calls.ConnectAsync(TestCalls.Options() with { UseTcp = true });
        using var hold = new ManualResetEventSlim();
        calls.ClientLoop.TryPost(() => hold.Wait(TestCalls.Patience)); // the client reads no more
        var limit = calls.Server.Options.TcpSendBufferBytes;
        for (var i = 0; i < 20_000 && calls.Server.Counters.DroppedSlowTcp == 0; i++)
            await call.SendBackAsync(50);
        Assert.True(calls.Server.Counters.DroppedSlowTcp > 0, $"The kernel took everything beyond {limit} bytes.");
        Assert.Equal(0, calls.Server.Counters.TcpConnectionsCut);

        time.Advance(calls.Server.Options.TcpStallTimeout);
        await WaitUntil.TrueAsync(() => calls.Server.Counters.TcpConnectionsCut == 1);
        hold.Set();
        Assert.Equal(0, await call.SendBackAsync(1));
    }
}
