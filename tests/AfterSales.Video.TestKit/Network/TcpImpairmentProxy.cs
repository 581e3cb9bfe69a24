using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace AfterSales.Video.TestKit.Network;

/// <summary>
/// A TCP address (of loopback, unless another is named) that passes connections to a server with the delay and rate of a bad network. TCP repairs loss by itself: here loss is a wait of
/// <see cref="Retransmission"/>, nothing of the stream is left out. A dead link passes nothing and refuses nothing.
/// </summary>
public sealed class TcpImpairmentProxy : IAsyncDisposable
{
    /// <summary>What a lost segment costs: the shortest retransmission timeout of Linux.</summary>
    public static readonly TimeSpan Retransmission = TimeSpan.FromMilliseconds(200);

    /// <summary>Bytes the model treats as one packet.</summary>
    private const int Segment = 1460;

    /// <summary>What one direction of a connection holds; then the sender is made to wait, as by a full window.</summary>
    private const int SegmentsOnTheWay = 256;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private readonly TcpListener _listener;
    private readonly IPEndPoint _server;
    private readonly TimeProvider _time;
    private readonly ImpairedLink _link;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _connections = [];
    private readonly Task _acceptor;

    public TcpImpairmentProxy(IPEndPoint server, LinkScript script, int seed = 1, IPEndPoint? address = null, TimeProvider? time = null)
    {
        (_server, _time) = (server, time ?? TimeProvider.System);
        _link = new ImpairedLink(script, seed, _time);
        _listener = new TcpListener(address ?? new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Start();
        _acceptor = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    /// <inheritdoc cref="ImpairedLink.Set"/>
    public void Set(LinkConditions? up, LinkConditions? down) => _link.Set(up, down);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _acceptor;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
                _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Closed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(_server, _stop.Token);
                (client.NoDelay, server.NoDelay) = (true, true);
                await Task.WhenAny(PumpAsync(up: true, client.GetStream(), server.GetStream()), PumpAsync(up: false, server.GetStream(), client.GetStream()));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The server refused, or the proxy is closed: the client sees its connection end.
            }
        }
    }

    private async Task PumpAsync(bool up, NetworkStream from, NetworkStream to)
    {
        var onTheWay = Channel.CreateBounded<(TimeSpan At, byte[] Bytes)>(SegmentsOnTheWay);
        var writer = WriteAsync(up, onTheWay.Reader, to);
        try
        {
            var buffer = new byte[Segment];
            var last = TimeSpan.Zero;
            while (await from.ReadAsync(buffer, _stop.Token) is var length and > 0)
            {
                last = Arrival(up, length) is var at && at > last ? at : last;
                await onTheWay.Writer.WriteAsync((last, buffer[..length]), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or ChannelClosedException)
        {
            // One side is gone; the other is closed with it.
        }

        onTheWay.Writer.TryComplete();
        await writer;
    }

    private async Task WriteAsync(bool up, ChannelReader<(TimeSpan At, byte[] Bytes)> segments, NetworkStream to)
    {
        try
        {
            await foreach (var (at, bytes) in segments.ReadAllAsync(_stop.Token))
            {
                await WaitAsync(up, at);
                await to.WriteAsync(bytes, _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            to.Close();
        }
    }

    private async Task WaitAsync(bool up, TimeSpan at)
    {
        if (at > _link.Now)
            await Task.Delay(at - _link.Now, _time, _stop.Token);
        while (_link.IsDead(up))
            await Task.Delay(LookAgain, _time, _stop.Token);
    }

    private TimeSpan Arrival(bool up, int length)
    {
        Span<TimeSpan> times = stackalloc TimeSpan[2];
        return _link.Pass(up, length, times) > 0 ? times[0] : _link.Now + Retransmission;
    }
}
