using System.Net;
using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Ice;
using AfterSales.Video.Rtc.Transport;

namespace AfterSales.Video.Rtc.Client;

/// <summary>The sockets of one client. Each client has its own, since the server tells clients apart by address.</summary>
internal sealed class ClientSockets(MediaLoop loop, RtcClientOptions options, IPacketReceiver receiver)
{
    private readonly List<(UdpChannel Channel, TransportAddress Known)> _udp = [];
    private readonly List<TcpChannel> _tcp = [];

    /// <summary>Opens a UDP socket on a free port and returns its address.</summary>
    /// <exception cref="NativeSocketException">No port or descriptor is left.</exception>
    public TransportAddress OpenUdp()
    {
        var channel = Open();
        _udp.Add((channel, channel.LocalAddress));
        return channel.LocalAddress;
    }

    /// <summary>Replaces the newest UDP socket; ICE goes on with the address it knows.</summary>
    public void Rebind()
    {
        var (old, known) = _udp[^1];
        _udp[^1] = (Open(), known);
        old.Close();
    }

    /// <summary>The path as ICE knows it: behind a rebound socket it keeps its old local address.</summary>
    public IcePath AsKnownToIce(in NetworkPath path)
    {
        foreach (var (channel, known) in _udp)
        {
            if (ReferenceEquals(channel, path.Channel))
                return path.Ice with { Local = known };
        }

        return path.Ice;
    }

    /// <summary>Connects to a passive TCP candidate; <paramref name="connected"/> gets the local address.</summary>
    /// <exception cref="NativeSocketException">Refused at once.</exception>
    public void ConnectTcp(IPEndPoint remote, Action<TransportAddress> connected)
    {
        TcpChannel? channel = null;
        channel = TcpChannel.Connect(loop, receiver, remote, () => connected(channel!.Path.Local));
        channel.MarkProven();
        _tcp.Add(channel);
    }

    public PacketChannel? Find(in IcePath path)
    {
        foreach (var (channel, known) in _udp)
        {
            if (path.Transport == IceTransport.Udp && known == path.Local)
                return channel;
        }

        foreach (var channel in _tcp)
        {
            if (channel.Path == path)
                return channel;
        }

        return null;
    }

    /// <summary>Closes all but the newest UDP socket, as when a phone leaves a network.</summary>
    public void CloseOldUdp()
    {
        while (_udp.Count > 1)
        {
            _udp[0].Channel.Close();
            _udp.RemoveAt(0);
        }
    }

    public void CloseAll()
    {
        foreach (var (channel, _) in _udp)
            channel.Close();
        foreach (var channel in _tcp)
            channel.Close();
        _udp.Clear();
        _tcp.Clear();
    }

    private UdpChannel Open()
    {
        var channel = new UdpChannel(loop, receiver, options.LocalAddress, 0, options.SocketBufferBytes);
        loop.Watch(channel, channel.Socket, PollEvents.Readable);
        return channel;
    }
}
