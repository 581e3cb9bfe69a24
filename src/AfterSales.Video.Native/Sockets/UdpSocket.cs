using System.Net;
using System.Net.Sockets;

namespace AfterSales.Video.Native.Sockets;

/// <summary>A non-blocking UDP socket that tells and chooses local addresses; bound to :: it serves IPv4 as well.</summary>
public sealed class UdpSocket : SocketHandle
{
    private UdpSocket(int descriptor, bool inet6)
        : base(descriptor) => IsInet6 = inet6;

    internal bool IsInet6 { get; }

    /// <param name="address">IPv6Any for both families, or one address.</param>
    /// <param name="port">0 for any free port.</param>
    /// <param name="bufferBytes">Kernel buffer asked for in each direction; the system's limit applies.</param>
    /// <exception cref="NativeSocketException">The address is in use or not there.</exception>
    public static UdpSocket Open(IPAddress address, ushort port, int bufferBytes)
    {
        var inet6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var socket = new UdpSocket(Create(address, Libc.Datagram), inet6);
        try
        {
            socket.SetOption(Libc.SolSocket, Libc.SoReceiveBuffer, bufferBytes);
            socket.SetOption(Libc.SolSocket, Libc.SoSendBuffer, bufferBytes);
            if (inet6)
                socket.SetOption(Libc.ProtocolIpv6, Libc.Ipv6ReceivePacketInfo, 1);
            else
                socket.SetOption(Libc.ProtocolIp, Libc.IpPacketInfo, 1);
            socket.Bind(address, port);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
