using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AfterSales.Video.TestKit.Network;

/// <summary>
/// A UDP address (of loopback, unless another is named) that passes datagrams to a server and back as a bad network would. Each client keeps a source port of its own at the server. What is done to whom is
/// decided by the seed and the order of the packets alone.
/// </summary>
public sealed class UdpImpairmentProxy : IAsyncDisposable
{
    private const int MaxDatagram = 2048;

    /// <summary>Enough for 100 ms of a call at any rate we know; what comes on top is dropped by the kernel as on a host that is too slow.</summary>
    private const int SocketBuffer = 4 << 20;

    private readonly Socket _front;
    private readonly IPEndPoint _server;
    private readonly ImpairedLink _link;
    private readonly DeliveryQueue _deliveries;
    private readonly ConcurrentDictionary<EndPoint, Client> _clients = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reader;

    public UdpImpairmentProxy(IPEndPoint server, LinkScript script, int seed = 1, IPEndPoint? address = null, TimeProvider? time = null)
    {
        _server = server;
        _link = new ImpairedLink(script, seed, time ?? TimeProvider.System);
        _deliveries = new DeliveryQueue(() => _link.Now);
        _front = Open(address ?? new IPEndPoint(IPAddress.Loopback, 0));
        _reader = ReadFrontAsync();
    }

    /// <summary>Where clients send to.</summary>
    public IPEndPoint Address => (IPEndPoint)_front.LocalEndPoint!;

    public LinkCounts Up => _link.Up;

    public LinkCounts Down => _link.Down;

    /// <inheritdoc cref="ImpairedLink.Set"/>
    public void Set(LinkConditions? up, LinkConditions? down) => _link.Set(up, down);

    /// <summary>Clients go on from a new port, as when a phone changes its network.</summary>
    public void ChangeAddress() => _link.ChangeAddress();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _front.Dispose();
        foreach (var client in _clients.Values)
            client.Socket.Dispose();
        await _reader;
        await Task.WhenAll(_clients.Values.Select(c => c.Reader));
        _deliveries.Dispose();
        _stop.Dispose();
    }

    private static Socket Open(IPEndPoint address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = SocketBuffer, SendBufferSize = SocketBuffer };
        socket.Bind(address);
        return socket;
    }

    private Task ReadFrontAsync() => ReadAsync(_front, new IPEndPoint(IPAddress.Any, 0), (from, datagram) =>
    {
        var client = ClientOf(from);
        Pass(up: true, datagram, copy => client.Socket.SendTo(copy, _server));
    });

    /// <summary>A client whose address "changed" gets a new socket, and what the server still sends to the old one is lost.</summary>
    private Client ClientOf(EndPoint from)
    {
        var epoch = _link.AddressEpoch;
        if (_clients.TryGetValue(from, out var known) && known.Epoch == epoch)
            return known;
        var client = new Client(epoch, Open(new IPEndPoint(IPAddress.Loopback, 0)));
        known?.Socket.Dispose();
        client.Reader = ReadAsync(client.Socket, _server, (_, datagram) => Pass(up: false, datagram, copy => _front.SendTo(copy, from)));
        return _clients[from] = client;
    }

    private void Pass(bool up, ReadOnlySpan<byte> datagram, Action<byte[]> send)
    {
        Span<TimeSpan> times = stackalloc TimeSpan[2];
        var copies = _link.Pass(up, datagram.Length, times);
        if (copies == 0)
            return;
        var bytes = datagram.ToArray();
        foreach (var at in times[..copies])
            _deliveries.Add(at, () => Send(send, bytes));
    }

    private static void Send(Action<byte[]> send, byte[] bytes)
    {
        try
        {
            send(bytes);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Nobody is there any more: lost, as on any network.
        }
    }

    private async Task ReadAsync(Socket socket, EndPoint from, ReadOnlySpanAction<byte, EndPoint> arrived)
    {
        var buffer = new byte[MaxDatagram];
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, from, _stop.Token);
                arrived(received.RemoteEndPoint, buffer.AsSpan(0, received.ReceivedBytes));
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // An ICMP error for an earlier datagram: the server's port is closed for now.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private delegate void ReadOnlySpanAction<T, in TArgument>(TArgument argument, ReadOnlySpan<T> span);

    private sealed class Client(int epoch, Socket socket)
    {
        public int Epoch => epoch;
        public Socket Socket => socket;
        public Task Reader { get; set; } = Task.CompletedTask;
    }
}
