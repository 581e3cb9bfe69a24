using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace AfterSales.Video.Native.Sockets;

/// <summary>
/// An IP address and port as a value: IPv4 is held in its IPv4-mapped IPv6 form, so that comparing and hashing need no
/// allocation and no case distinction. The default value means "unspecified".
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct TransportAddress : IEquatable<TransportAddress>
{
    private const uint MappedPrefix = 0x0000FFFF;
    private readonly ulong _high;
    private readonly ulong _low;

    private TransportAddress(ulong high, ulong low, ushort port, uint scopeId)
    {
        (_high, _low, Port, ScopeId) = (high, low, port, scopeId);
    }

    public ushort Port { get; }

    /// <summary>Interface index of a link-local IPv6 address, else 0.</summary>
    public uint ScopeId { get; }

    public bool IsUnspecified => _high == 0 && (_low == 0 || (_low == (ulong)MappedPrefix << 32));

    public bool IsIPv4 => _high == 0 && _low >> 32 == MappedPrefix;

    /// <param name="address">16 bytes in network order; IPv4 in its mapped form.</param>
    public static TransportAddress FromIPv6Bytes(ReadOnlySpan<byte> address, ushort port, uint scopeId) => new(
        BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address[8..]), port, scopeId);

    /// <param name="address">4 bytes in network order.</param>
    public static TransportAddress FromIPv4Bytes(ReadOnlySpan<byte> address, ushort port) => new(
        0, ((ulong)MappedPrefix << 32) | BinaryPrimitives.ReadUInt32BigEndian(address), port, 0);

    public static TransportAddress From(IPEndPoint endPoint) => From(endPoint.Address, (ushort)endPoint.Port);

    public static TransportAddress From(IPAddress address, ushort port)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4
            ? FromIPv4Bytes(bytes[..4], port)
            : FromIPv6Bytes(bytes, port, address.IsIPv6LinkLocal ? (uint)address.ScopeId : 0);
    }

    /// <summary>Writes 16 bytes in network order; IPv4 in its mapped form.</summary>
    public void WriteIPv6Bytes(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
    }

    /// <summary>Writes 4 bytes in network order; meaningful when <see cref="IsIPv4"/>.</summary>
    public void WriteIPv4Bytes(Span<byte> destination) => BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_low);

    public TransportAddress WithPort(ushort port) => new(_high, _low, port, ScopeId);

    /// <summary>Allocates: not for the packet path. IPv4 comes back as IPv4.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        WriteIPv6Bytes(bytes);
        return IsIPv4 ? new IPAddress(bytes[12..]) : new IPAddress(bytes, ScopeId);
    }

    /// <summary>Allocates: not for the packet path.</summary>
    public IPEndPoint ToIPEndPoint() => new(ToIPAddress(), Port);

    public bool Equals(TransportAddress other) =>
        _low == other._low && _high == other._high && Port == other.Port && ScopeId == other.ScopeId;

    public override bool Equals(object? obj) => obj is TransportAddress other && Equals(other);

    // Randomly keyed, so that a sender cannot choose addresses that collide in the demultiplexer.
    public override int GetHashCode() => HashCode.Combine(_high, _low, Port, ScopeId);

    public static bool operator ==(TransportAddress left, TransportAddress right) => left.Equals(right);

    public static bool operator !=(TransportAddress left, TransportAddress right) => !left.Equals(right);

    /// <summary>For tests and local dumps; addresses of people never go into logs.</summary>
    public override string ToString() => ToIPEndPoint().ToString();

}
