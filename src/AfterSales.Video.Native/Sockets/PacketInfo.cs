using System.Runtime.InteropServices;

namespace AfterSales.Video.Native.Sockets;

/// <summary>
/// Control messages that carry the local address of a datagram (IP_PKTINFO, IPV6_PKTINFO). A server with several addresses
/// must answer from the one that was asked, or ICE sees an answer from a stranger.
/// </summary>
internal static class PacketInfo
{
    /// <summary>Space for one control message of either family and some slack.</summary>
    public const int Capacity = 64;

    /// <summary>What <see cref="WriteSegmentLength"/> takes; fits beside one address of either family.</summary>
    public const int SegmentLengthBytes = HeaderLength + 8;
    private const int HeaderLength = 16;
    private const int Inet6Length = 20;
    private const int Inet4Length = 12;

    public static TransportAddress Read(ReadOnlySpan<byte> control, ushort port)
    {
        while (control.Length >= HeaderLength)
        {
            var length = (int)MemoryMarshal.Read<ulong>(control);
            if (length < HeaderLength || length > control.Length)
                return default;
            var (level, type) = (MemoryMarshal.Read<int>(control[8..]), MemoryMarshal.Read<int>(control[12..]));
            var body = control[HeaderLength..length];
            if (level == Libc.ProtocolIpv6 && type == Libc.Ipv6PacketInfo && body.Length >= Inet6Length)
                return TransportAddress.FromBytes(body[..16], port);
            if (level == Libc.ProtocolIp && type == Libc.IpPacketInfo && body.Length >= Inet4Length)
                return TransportAddress.FromBytes(body.Slice(8, 4), port);
            control = control[Math.Min((length + 7) & ~7, control.Length)..];
        }

        return default;
    }

    /// <summary>Returns the number of control bytes; 0 when the kernel shall choose the source address.</summary>
    public static int Write(Span<byte> control, TransportAddress source, bool inet6)
    {
        if (source.IsUnspecified)
            return 0;
        control[..(HeaderLength + 24)].Clear();
        var body = inet6 ? Inet6Length : Inet4Length;
        MemoryMarshal.Write(control, (ulong)(HeaderLength + body));
        MemoryMarshal.Write(control[8..], inet6 ? Libc.ProtocolIpv6 : Libc.ProtocolIp);
        MemoryMarshal.Write(control[12..], inet6 ? Libc.Ipv6PacketInfo : Libc.IpPacketInfo);
        if (inet6)
            source.WriteMapped(control[HeaderLength..]);
        else
            source.WriteAddress(control[(HeaderLength + 4)..]); // ipi_spec_dst is the source when sending
        return HeaderLength + ((body + 7) & ~7);
    }

    /// <summary>UDP_SEGMENT: the kernel cuts the message into datagrams of this length. Returns the number of control bytes.</summary>
    public static int WriteSegmentLength(Span<byte> control, int length)
    {
        control[..SegmentLengthBytes].Clear();
        MemoryMarshal.Write(control, (ulong)(HeaderLength + sizeof(ushort)));
        MemoryMarshal.Write(control[8..], Libc.ProtocolUdp);
        MemoryMarshal.Write(control[12..], Libc.UdpSegment);
        MemoryMarshal.Write(control[HeaderLength..], (ushort)length);
        return SegmentLengthBytes;
    }
}
