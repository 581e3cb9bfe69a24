using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace AfterSales.Video.Native.Sockets;

/// <summary>Reads and writes struct sockaddr_in and sockaddr_in6.</summary>
internal static class SocketName
{
    /// <summary>Space for either family, a multiple of 8.</summary>
    public const int Capacity = 32;
    private const int Inet4Length = 16;
    private const int Inet6Length = 28;

    public static int Write(Span<byte> name, TransportAddress address, bool inet6)
    {
        name[..Inet6Length].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(name[2..], address.Port);
        if (!inet6)
        {
            MemoryMarshal.Write(name, (ushort)Libc.AddressFamilyInet);
            address.WriteAddress(name[4..]);
            return Inet4Length;
        }

        MemoryMarshal.Write(name, (ushort)Libc.AddressFamilyInet6);
        address.WriteMapped(name[8..]);
        MemoryMarshal.Write(name[24..], address.ScopeId);
        return Inet6Length;
    }

    public static TransportAddress Read(ReadOnlySpan<byte> name)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(name[2..]);
        return MemoryMarshal.Read<ushort>(name) switch
        {
            Libc.AddressFamilyInet => TransportAddress.FromBytes(name.Slice(4, 4), port),
            Libc.AddressFamilyInet6 => TransportAddress.FromBytes(name.Slice(8, 16), port).WithScope(MemoryMarshal.Read<uint>(name[24..])),
            _ => default,
        };
    }
}
