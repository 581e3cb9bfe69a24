using System.Buffers.Binary;

namespace AfterSales.Video.Rtc.Rtcp;

/// <summary>Sender report without its blocks (RFC 3550 §6.4.1).</summary>
public readonly record struct SenderReport(uint Ssrc, ulong NtpTimestamp, uint RtpTimestamp, uint PacketCount, uint OctetCount)
{
    internal const int Length = 24;

    public static bool TryParse(in RtcpPacketView packet, out SenderReport report, out ReportBlockReader blocks)
    {
        report = default;
        blocks = default;
        var body = packet.Body;
        if (packet.Type != RtcpType.SenderReport || body.Length < Length + (packet.Count * ReportBlock.Length))
            return false;
        report = new SenderReport(
            BinaryPrimitives.ReadUInt32BigEndian(body),
            BinaryPrimitives.ReadUInt64BigEndian(body[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(body[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(body[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(body[20..]));
        blocks = new ReportBlockReader(body.Slice(Length, packet.Count * ReportBlock.Length));
        return true;
    }
}

/// <summary>Receiver report (RFC 3550 §6.4.2): the reporter and its blocks.</summary>
public static class ReceiverReport
{
    public static bool TryParse(in RtcpPacketView packet, out uint ssrc, out ReportBlockReader blocks)
    {
        ssrc = 0;
        blocks = default;
        var body = packet.Body;
        if (packet.Type != RtcpType.ReceiverReport || body.Length < 4 + (packet.Count * ReportBlock.Length))
            return false;
        ssrc = BinaryPrimitives.ReadUInt32BigEndian(body);
        blocks = new ReportBlockReader(body.Slice(4, packet.Count * ReportBlock.Length));
        return true;
    }
}

/// <summary>What a receiver says about one source.</summary>
/// <param name="FractionLost">Of the packets since the last report, in 1/256.</param>
/// <param name="CumulativeLost">24-bit signed.</param>
/// <param name="Jitter">In units of the media clock.</param>
/// <param name="LastSenderReport">Middle 32 bits of the last sender report's NTP time; 0 before the first.</param>
/// <param name="DelaySinceLastSenderReport">In 1/65536 s.</param>
public readonly record struct ReportBlock(
    uint Ssrc, byte FractionLost, int CumulativeLost, uint HighestSequence, uint Jitter, uint LastSenderReport, uint DelaySinceLastSenderReport)
{
    public const int Length = 24;

    internal static ReportBlock Read(ReadOnlySpan<byte> data) => new(
        BinaryPrimitives.ReadUInt32BigEndian(data),
        data[4],
        // Sign-extend 24 bits.
        (BinaryPrimitives.ReadInt32BigEndian(data[4..]) << 8) >> 8,
        BinaryPrimitives.ReadUInt32BigEndian(data[8..]),
        BinaryPrimitives.ReadUInt32BigEndian(data[12..]),
        BinaryPrimitives.ReadUInt32BigEndian(data[16..]),
        BinaryPrimitives.ReadUInt32BigEndian(data[20..]));

    internal void Write(Span<byte> data)
    {
        BinaryPrimitives.WriteUInt32BigEndian(data, Ssrc);
        BinaryPrimitives.WriteInt32BigEndian(data[4..], Math.Clamp(CumulativeLost, -0x80_0000, 0x7F_FFFF));
        data[4] = FractionLost;
        BinaryPrimitives.WriteUInt32BigEndian(data[8..], HighestSequence);
        BinaryPrimitives.WriteUInt32BigEndian(data[12..], Jitter);
        BinaryPrimitives.WriteUInt32BigEndian(data[16..], LastSenderReport);
        BinaryPrimitives.WriteUInt32BigEndian(data[20..], DelaySinceLastSenderReport);
    }
}

/// <summary>Walks report blocks.</summary>
public ref struct ReportBlockReader(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    public ReportBlock Current { get; private set; }

    public readonly ReportBlockReader GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.Length < ReportBlock.Length)
            return false;
        Current = ReportBlock.Read(_rest);
        _rest = _rest[ReportBlock.Length..];
        return true;
    }
}
