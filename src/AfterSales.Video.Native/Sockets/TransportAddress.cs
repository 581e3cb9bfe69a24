using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace AfterSales.Video.Native.Sockets;

/// <summary>
/// An IP address and port as a value: no allocation, usable as a dictionary key. IPv4 is held as its IPv4-mapped IPv6
/// form (RFC 4291 §2.5.5.2), so what a dual-stack socket reports and what a candidate line says compare equal.
/// </summary>
public readonly struct TransportAddress : IEquatable<TransportAddress>
{
    private const ulong MappedPrefix = 0x0000_FFFF_0000_0000;
    private readonly ulong _high;
    private readonly ulong _low;

    private TransportAddress(ulong high, ulong low, ushort port, uint scopeId = 0)
    {
        _high = high;
        _low = low;
        Port = port;
        ScopeId = scopeId;
    }

    /// <summary>Host byte order.</summary>
    public ushort Port { get; }

    /// <summary>Interface index of a link-local IPv6 address, else 0.</summary>
    public uint ScopeId { get; }

    public bool IsIPv4 => _high == 0 && (_low & 0xFFFF_FFFF_0000_0000) == MappedPrefix;

    /// <summary>True for the default value, which no packet can come from.</summary>
    public bool IsEmpty => _high == 0 && _low == 0 && Port == 0;

    /// <summary>True for ::, 0.0.0.0 and the default value, whatever the port.</summary>
    public bool IsUnspecified => _high == 0 && (_low == 0 || _low == MappedPrefix);

    /// <summary>4 for IPv4, 16 for IPv6: what <see cref="WriteAddress"/> writes.</summary>
    public int AddressLength => IsIPv4 ? 4 : 16;

    /// <param name="address">Host byte order: 0x7F000001 is 127.0.0.1.</param>
    /// <param name="port">Host byte order.</param>
    public static TransportAddress FromIPv4(uint address, ushort port) => new(0, MappedPrefix | address, port);

    /// <param name="address">4 or 16 bytes in network byte order; 16 bytes may be an IPv4-mapped address.</param>
    /// <param name="port">Host byte order.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static TransportAddress FromBytes(ReadOnlySpan<byte> address, ushort port) => address.Length switch
    {
        4 => FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(address), port),
        16 => new(BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address[8..]), port),
        _ => throw new ArgumentException("An address is 4 or 16 bytes.", nameof(address)),
    };

    public static TransportAddress From(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        Span<byte> bytes = stackalloc byte[16];
        endPoint.Address.TryWriteBytes(bytes, out var length);
        var address = FromBytes(bytes[..length], (ushort)endPoint.Port);
        return endPoint.Address.IsIPv6LinkLocal ? address.WithScope((uint)endPoint.Address.ScopeId) : address;
    }

    /// <summary>Takes an address literal; names and IPv6 zones are refused, since nothing here resolves.</summary>
    public static bool TryParse(ReadOnlySpan<char> address, ushort port, out TransportAddress result)
    {
        result = default;
        if (address.Contains('%') || address.Contains('[') || !IPAddress.TryParse(address, out var parsed))
        {
            return false;
        }

        result = From(new IPEndPoint(parsed, port));
        return parsed.AddressFamily is AddressFamily.InterNetworkV6 || address.Count('.') == 3;
    }

    public TransportAddress WithPort(ushort port) => new(_high, _low, port, ScopeId);

    public TransportAddress WithScope(uint scopeId) => new(_high, _low, Port, scopeId);

    /// <summary>Writes 4 or 16 bytes in network byte order and returns how many.</summary>
    public int WriteAddress(Span<byte> destination)
    {
        if (IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_low);
            return 4;
        }

        WriteMapped(destination);
        return 16;
    }

    /// <summary>Writes 16 bytes, IPv4 as mapped: what an AF_INET6 sockaddr takes.</summary>
    public void WriteMapped(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
    }

    /// <summary>For configuration and tests; allocates.</summary>
    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        var length = WriteAddress(bytes);
        return new IPEndPoint(length == 4 ? new IPAddress(bytes[..4]) : new IPAddress(bytes, ScopeId), Port);
    }

    public bool Equals(TransportAddress other) =>
        _low == other._low && _high == other._high && Port == other.Port && ScopeId == other.ScopeId;

    public override bool Equals(object? obj) => obj is TransportAddress other && Equals(other);

    // Randomly keyed, so that a sender cannot choose addresses that collide in the demultiplexer.
    public override int GetHashCode() => HashCode.Combine(_high, _low, Port, ScopeId);

    public override string ToString() => ToEndPoint().ToString();

    public static bool operator ==(TransportAddress left, TransportAddress right) => left.Equals(right);

    public static bool operator !=(TransportAddress left, TransportAddress right) => !left.Equals(right);
}
