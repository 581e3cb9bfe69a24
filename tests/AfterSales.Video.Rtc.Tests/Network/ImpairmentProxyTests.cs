using System.Net;
using System.Net.Sockets;
using AfterSales.Video.Rtc.Tests.Loop;
using AfterSales.Video.Rtc.Tests.Peer;
using AfterSales.Video.TestKit.Network;
using AfterSales.Video.TestKit.Time;

namespace AfterSales.Video.Rtc.Tests.Network;

/// <summary>The proxy with real sockets, and our peer behind it.</summary>
public sealed class ImpairmentProxyTests
{
    [Fact]
    public async Task A_call_connects_while_three_of_ten_packets_are_lost_each_way_and_all_come_50_ms_late()
    {
        await using var calls = TestCalls.Start();
        await using var bad = new Detour(calls, LinkScript.Parse("0 both loss 30% delay 50ms"), seed: 3);
        var call = await bad.ConnectAsync();
        bad.Proxy.Set(LinkConditions.Clear, LinkConditions.Clear);
        await call.ExpectMediaAsync();
        Assert.True(bad.Proxy.Up.Lost > 0 && bad.Proxy.Up.Passed > 0, bad.Proxy.Up.ToString());
    }

    [Fact]
    public async Task A_new_address_in_the_middle_of_a_call_is_followed_with_the_next_check()
    {
        var time = new ManualTimeProvider();
        await using var calls = TestCalls.Start(configureClient: options => options with { TimeProvider = time });
        await using var network = new Detour(calls, LinkScript.Always(LinkConditions.Clear), seed: 1);
        var call = await network.ConnectAsync();
        await call.ExpectMediaAsync();
        await WaitUntil.LoopTimeAsync(calls.Server, TimeSpan.FromSeconds(1.1)); // a path nominated just now is not given up
        network.Proxy.ChangeAddress();
        var before = calls.Server.Counters.DroppedUnvalidated;
        await call.SendAsync(1);
        await WaitUntil.TrueAsync(() => calls.Server.Counters.DroppedUnvalidated == before + 1);

        time.Advance(TimeSpan.FromSeconds(6.1)); // RFC 7675: a consent check within 6 s
        await WaitUntil.TrueAsync(() => calls.Server.InvokeAsync(() => calls.Server.Directory.PathCount).Result == 2);
        await call.ExpectMediaAsync();
    }

    [Fact]
    public async Task Packets_come_late_by_the_delay_and_are_lost_while_the_link_is_dead()
    {
        using var server = Bound();
        await using var proxy = new UdpImpairmentProxy(Address(server), LinkScript.Parse("0 up delay 80ms"));
        using var client = Bound();
        var ct = TestContext.Current.CancellationToken;
        var sent = TimeProvider.System.GetTimestamp();
        await client.SendToAsync(new byte[] { 1 }, proxy.Address, ct);
        var buffer = new byte[100];
        await server.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), ct);
        Assert.InRange(TimeProvider.System.GetElapsedTime(sent).TotalMilliseconds, 80, 5000);
        proxy.Set(LinkConditions.Dead, null);
        await client.SendToAsync(new byte[] { 2 }, proxy.Address, ct);
        await WaitUntil.TrueAsync(() => proxy.Up.Lost == 1);
        proxy.Set(LinkConditions.Clear, null);
        await client.SendToAsync(new byte[] { 3 }, proxy.Address, ct);
        await server.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), ct);
        Assert.Equal(3, buffer[0]);
    }

    [Fact]
    public async Task A_stream_over_a_bad_network_arrives_late_and_whole()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var proxy = new TcpImpairmentProxy((IPEndPoint)listener.LocalEndpoint, LinkScript.Parse("0 both delay 30ms jitter 10ms loss 2%"), seed: 5);
        var ct = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(proxy.Address, ct);
        using var server = await listener.AcceptTcpClientAsync(ct);
        var content = new byte[200_000];
        new Random(5).NextBytes(content);
        var received = new byte[content.Length];
        await Task.WhenAll(client.GetStream().WriteAsync(content, ct).AsTask(), server.GetStream().ReadExactlyAsync(received, ct).AsTask());
        Assert.Equal(content, received);
    }

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static IPEndPoint Address(Socket socket) => (IPEndPoint)socket.LocalEndPoint!;

    /// <summary>Sends a client's media over a proxy by changing the port in the answer's candidates.</summary>
    private sealed class Detour(TestCalls calls, LinkScript script, int seed) : IAsyncDisposable
    {
        public UdpImpairmentProxy Proxy { get; } = new(new IPEndPoint(IPAddress.Loopback, calls.Server.UdpPort!.Value), script, seed);

        public async Task<TestCall> ConnectAsync()
        {
            var call = await calls.BeginAsync(changeAnswer: answer => AnswerCandidates.Through(answer, calls.Server.UdpPort!.Value, Proxy.Address.Port));
            await call.Client.WaitConnectedAsync(TestContext.Current.CancellationToken).WaitAsync(TestCalls.Patience);
            await call.Observer.Connected.WaitAsync(TestCalls.Patience);
            return call;
        }

        public ValueTask DisposeAsync() => Proxy.DisposeAsync();
    }
}
