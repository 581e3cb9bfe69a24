using System.Net;
using AfterSales.Video.Native.Sockets;

namespace AfterSales.Video.Rtc.Transport;

/// <summary>Accepts ICE-TCP connections (passive candidates, RFC 6544), within limits.</summary>
internal sealed class TcpListenerChannel : LoopSource
{
    private const int Backlog = 128;
    private const int MaxAcceptsPerEvent = 16;
    private static readonly TimeSpan ExhaustedPause = TimeSpan.FromSeconds(1);
    private readonly MediaLoop _loop;
    private readonly IPacketReceiver _receiver;
    private readonly TcpListenerSocket _socket;
    private readonly HashSet<TcpChannel> _connections = [];
    private bool _isClosed;

    /// <exception cref="NativeSocketException">The port is in use.</exception>
    public TcpListenerChannel(MediaLoop loop, IPacketReceiver receiver, IPAddress address, ushort port)
    {
        (_loop, _receiver) = (loop, receiver);
        _socket = TcpListenerSocket.Open(address, port, Backlog);
        Port = _socket.LocalAddress.Port;
    }

    public ushort Port { get; }

    public void Listen() => _loop.Watch(this, _socket, PollEvents.Readable);

    public override void OnReady(PollEvents events)
    {
        for (var i = 0; i < MaxAcceptsPerEvent; i++)
        {
            var socket = _socket.Accept(out var remote, out var isExhausted);
            if (isExhausted)
                Pause();
            if (socket is null)
                return;
            if (IsFull())
            {
                _loop.Counters.TcpConnectionsRefused++;
                socket.Dispose();
                continue;
            }

            _loop.Counters.TcpConnectionsAccepted++;
            _connections.Add(TcpChannel.Accept(_loop, _receiver, socket, remote, ended => _connections.Remove(ended)));
        }
    }

    public override void Close()
    {
        _isClosed = true;
        foreach (var connection in _connections.ToArray())
            connection.Close();
        _loop.Forget(this, _socket);
        _socket.Dispose();
    }

    private bool IsFull()
    {
        var unproven = 0;
        foreach (var connection in _connections)
            unproven += connection.IsProven ? 0 : 1;
        return _connections.Count >= _loop.Options.MaxTcpConnections || unproven >= _loop.Options.MaxUnprovenTcpConnections;
    }

    /// <summary>Without a free descriptor the listener stays readable and would keep the loop busy.</summary>
    private void Pause()
    {
        _loop.Watch(this, _socket, PollEvents.None);
        _loop.Schedule(ExhaustedPause, () =>
        {
            if (!_isClosed)
                Listen();
        });
    }
}
