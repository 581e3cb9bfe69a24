using System.Buffers.Binary;

namespace AfterSales.Video.Rtc.Rtcp;

/// <summary>RTCP packet types (RFC 3550 §12.1, RFC 4585 §6.1, RFC 3611).</summary>
public enum RtcpType : byte
{
    SenderReport = 200,
    ReceiverReport = 201,
    SourceDescription = 202,
    Bye = 203,
    App = 204,

    /// <summary>Transport-layer feedback; the format says which.</summary>
    TransportFeedback = 205,

    /// <summary>Payload-specific feedback; the format says which.</summary>
    PayloadFeedback = 206,
    ExtendedReport = 207,
}

/// <summary>Feedback message types: the format field of types 205 and 206.</summary>
public static class RtcpFormat
{
    /// <summary>205: generic NACK (RFC 4585 §6.2.1).</summary>
    public const byte Nack = 1;

    /// <summary>205: transport-wide congestion control (draft-holmer-rmcat-transport-wide-cc-extensions-01).</summary>
    public const byte TransportWide = 15;

    /// <summary>206: picture loss indication (RFC 4585 §6.3.1).</summary>
    public const byte Pli = 1;

    /// <summary>206: full intra request (RFC 5104 §4.3.1).</summary>
    public const byte Fir = 4;

    /// <summary>206: application layer feedback; REMB when it says so (draft-alvestrand-rmcat-remb-03).</summary>
    public const byte ApplicationLayer = 15;
}

/// <summary>One packet of a compound: its header and what follows it.</summary>
public readonly ref struct RtcpPacketView(RtcpType type, byte count, ReadOnlySpan<byte> body)
{
    public RtcpType Type { get; } = type;

    /// <summary>Five bits: number of report blocks or sources, or the feedback format.</summary>
    public byte Count { get; } = count;

    /// <summary>After the 4-byte header, without padding.</summary>
    public ReadOnlySpan<byte> Body { get; } = body;
}

/// <summary>
/// Walks a compound or reduced-size packet (RFC 3550 §6.1, RFC 5506). Ends at the first packet whose lengths do not add up;
/// what came before it stands, <see cref="IsMalformed"/> tells.
/// </summary>
public ref struct RtcpCompoundReader(ReadOnlySpan<byte> compound)
{
    private ReadOnlySpan<byte> _rest = compound;

    public bool IsMalformed { get; private set; }

    public RtcpPacketView Current { get; private set; }

    public readonly RtcpCompoundReader GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.IsEmpty || IsMalformed)
            return false;
        if (!TryReadNext(out var view, out var total))
        {
            IsMalformed = true;
            return false;
        }
        Current = view;
        _rest = _rest[total..];
        return true;
    }

    private readonly bool TryReadNext(out RtcpPacketView view, out int total)
    {
        view = default;
        total = 0;
        if (_rest.Length < 4 || _rest[0] >> 6 != 2)
            return false;
        total = 4 + (BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]) * 4);
        if (_rest.Length < total)
            return false;
        var body = _rest[4..total];
        if ((_rest[0] & 0x20) != 0)
        {
            var padding = _rest[total - 1];
            if (padding == 0 || padding > body.Length)
                return false;
            body = body[..^padding];
        }
        view = new RtcpPacketView((RtcpType)_rest[1], (byte)(_rest[0] & 0x1F), body);
        return true;
    }
}
