using System.Buffers.Binary;

namespace AfterSales.Video.Rtc.Rtcp;

/// <summary>Generic NACK (RFC 4585 §6.2.1): lost sequence numbers, in packet order.</summary>
public ref struct NackReader
{
    private ReadOnlySpan<byte> _items;
    private ushort _packetId;
    private ushort _bitmask;
    private bool _giveFirst;

    public uint SenderSsrc { get; private init; }
    public uint MediaSsrc { get; private init; }

    public ushort Current { get; private set; }

    public static bool TryParse(in RtcpPacketView packet, out NackReader nack)
    {
        nack = default;
        if (packet.Type != RtcpType.TransportFeedback || packet.Count != RtcpFormat.Nack || packet.Body.Length < 8)
            return false;
        nack = new NackReader
        {
            SenderSsrc = BinaryPrimitives.ReadUInt32BigEndian(packet.Body),
            MediaSsrc = BinaryPrimitives.ReadUInt32BigEndian(packet.Body[4..]),
            _items = packet.Body[8..],
        };
        return true;
    }

    public readonly NackReader GetEnumerator() => this;

    public bool MoveNext()
    {
        if (!_giveFirst && _bitmask == 0 && !TryNextItem())
            return false;
        if (_giveFirst)
        {
            _giveFirst = false;
            Current = _packetId;
            return true;
        }
        var bit = System.Numerics.BitOperations.TrailingZeroCount(_bitmask);
        _bitmask &= (ushort)(_bitmask - 1);
        Current = (ushort)(_packetId + bit + 1);
        return true;
    }

    private bool TryNextItem()
    {
        if (_items.Length < 4)
            return false;
        _packetId = BinaryPrimitives.ReadUInt16BigEndian(_items);
        _bitmask = BinaryPrimitives.ReadUInt16BigEndian(_items[2..]);
        _items = _items[4..];
        _giveFirst = true;
        return true;
    }
}

/// <summary>Key frame requests: PLI (RFC 4585 §6.3.1) and FIR (RFC 5104 §4.3.1).</summary>
public static class KeyFrameRequest
{
    public static bool TryParsePli(in RtcpPacketView packet, out uint mediaSsrc)
    {
        mediaSsrc = 0;
        if (packet.Type != RtcpType.PayloadFeedback || packet.Count != RtcpFormat.Pli || packet.Body.Length < 8)
            return false;
        mediaSsrc = BinaryPrimitives.ReadUInt32BigEndian(packet.Body[4..]);
        return true;
    }

    /// <summary>Number of entries; each names a source and carries a command sequence number.</summary>
    public static bool TryParseFir(in RtcpPacketView packet, out int entries)
    {
        entries = 0;
        if (packet.Type != RtcpType.PayloadFeedback || packet.Count != RtcpFormat.Fir || packet.Body.Length < 16)
            return false;
        entries = (packet.Body.Length - 8) / 8;
        return true;
    }

    public static uint FirSourceAt(in RtcpPacketView packet, int index) => BinaryPrimitives.ReadUInt32BigEndian(packet.Body[(8 + (index * 8))..]);

    public static byte FirSequenceAt(in RtcpPacketView packet, int index) => packet.Body[8 + (index * 8) + 4];
}

/// <summary>Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb-03 §2.2).</summary>
public static class Remb
{
    internal static ReadOnlySpan<byte> Identifier => "REMB"u8;

    /// <param name="bitrateBps">Saturates at <see cref="long.MaxValue"/>.</param>
    /// <param name="sources">Number of sources; read each with <see cref="SourceAt"/>.</param>
    public static bool TryParse(in RtcpPacketView packet, out long bitrateBps, out int sources)
    {
        bitrateBps = 0;
        sources = 0;
        var body = packet.Body;
        if (packet.Type != RtcpType.PayloadFeedback || packet.Count != RtcpFormat.ApplicationLayer || body.Length < 16
            || !body.Slice(8, 4).SequenceEqual(Identifier))
            return false;
        sources = body[12];
        if (body.Length < 16 + (sources * 4))
            return false;
        var exponent = body[13] >> 2;
        long mantissa = ((body[13] & 0x03) << 16) | (body[14] << 8) | body[15];
        bitrateBps = exponent > 44 && mantissa != 0 ? long.MaxValue : mantissa << Math.Min(exponent, 44);
        return true;
    }

    public static uint SourceAt(in RtcpPacketView packet, int index) => BinaryPrimitives.ReadUInt32BigEndian(packet.Body[(16 + (index * 4))..]);
}
