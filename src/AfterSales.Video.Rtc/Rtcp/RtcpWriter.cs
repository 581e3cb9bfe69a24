using System.Buffers.Binary;
using System.Numerics;

namespace AfterSales.Video.Rtc.Rtcp;

/// <summary>
/// Appends RTCP packets to a caller's buffer, making a compound or reduced-size packet. Every method returns false and writes
/// nothing when the packet does not fit. No allocation.
/// </summary>
public ref struct RtcpWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _destination[..Length];

    public bool TryWriteSenderReport(in SenderReport report, scoped ReadOnlySpan<ReportBlock> blocks)
    {
        if (blocks.Length > 31 || !TryStart(RtcpType.SenderReport, (byte)blocks.Length, SenderReport.Length + (blocks.Length * ReportBlock.Length), out var body))
            return false;
        BinaryPrimitives.WriteUInt32BigEndian(body, report.Ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(body[4..], report.NtpTimestamp);
        BinaryPrimitives.WriteUInt32BigEndian(body[12..], report.RtpTimestamp);
        BinaryPrimitives.WriteUInt32BigEndian(body[16..], report.PacketCount);
        BinaryPrimitives.WriteUInt32BigEndian(body[20..], report.OctetCount);
        WriteBlocks(body[SenderReport.Length..], blocks);
        return true;
    }

    public bool TryWriteReceiverReport(uint senderSsrc, scoped ReadOnlySpan<ReportBlock> blocks)
    {
        if (blocks.Length > 31 || !TryStart(RtcpType.ReceiverReport, (byte)blocks.Length, 4 + (blocks.Length * ReportBlock.Length), out var body))
            return false;
        BinaryPrimitives.WriteUInt32BigEndian(body, senderSsrc);
        WriteBlocks(body[4..], blocks);
        return true;
    }

    /// <param name="cname">At most 255 bytes; no personal data.</param>
    public bool TryWriteCname(uint ssrc, scoped ReadOnlySpan<byte> cname)
    {
        var length = (4 + 2 + cname.Length + 4) & ~3;
        if (cname.Length > 255 || !TryStart(RtcpType.SourceDescription, 1, length, out var body))
            return false;
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        body[4..].Clear();
        body[4] = SourceDescription.CanonicalName;
        body[5] = (byte)cname.Length;
        cname.CopyTo(body[6..]);
        return true;
    }

    public bool TryWriteBye(scoped ReadOnlySpan<uint> ssrcs)
    {
        if (ssrcs.Length > 31 || !TryStart(RtcpType.Bye, (byte)ssrcs.Length, ssrcs.Length * 4, out var body))
            return false;
        WriteSsrcs(body, ssrcs);
        return true;
    }

    /// <param name="lost">In ascending serial order; close numbers share one item.</param>
    public bool TryWriteNack(uint senderSsrc, uint mediaSsrc, scoped ReadOnlySpan<ushort> lost)
    {
        var items = CountNackItems(lost);
        if (items == 0 || !TryStart(RtcpType.TransportFeedback, RtcpFormat.Nack, 8 + (items * 4), out var body))
            return false;
        BinaryPrimitives.WriteUInt32BigEndian(body, senderSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], mediaSsrc);
        var offset = 8;
        for (var index = 0; index < lost.Length;)
        {
            index = TakeNackItem(lost, index, out var bitmask, out var first);
            BinaryPrimitives.WriteUInt16BigEndian(body[offset..], first);
            BinaryPrimitives.WriteUInt16BigEndian(body[(offset + 2)..], bitmask);
            offset += 4;
        }
        return true;
    }

    public bool TryWritePli(uint senderSsrc, uint mediaSsrc)
    {
        if (!TryStart(RtcpType.PayloadFeedback, RtcpFormat.Pli, 8, out var body))
            return false;
        BinaryPrimitives.WriteUInt32BigEndian(body, senderSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], mediaSsrc);
        return true;
    }

    /// <param name="sequenceNumber">Raised by one for each new request, the same when a request is repeated.</param>
    public bool TryWriteFir(uint senderSsrc, uint mediaSsrc, byte sequenceNumber)
    {
        if (!TryStart(RtcpType.PayloadFeedback, RtcpFormat.Fir, 16, out var body))
            return false;
        body.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(body, senderSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(body[8..], mediaSsrc);
        body[12] = sequenceNumber;
        return true;
    }

    /// <param name="bitrateBps">Rounded down to 18 significant bits.</param>
    public bool TryWriteRemb(uint senderSsrc, long bitrateBps, scoped ReadOnlySpan<uint> ssrcs)
    {
        if (ssrcs.Length > 255 || bitrateBps < 0 || !TryStart(RtcpType.PayloadFeedback, RtcpFormat.ApplicationLayer, 16 + (ssrcs.Length * 4), out var body))
            return false;
        var exponent = Math.Max(0, 64 - BitOperations.LeadingZeroCount((ulong)bitrateBps) - 18);
        var mantissa = (uint)(bitrateBps >> exponent);
        BinaryPrimitives.WriteUInt32BigEndian(body, senderSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], 0);
        Remb.Identifier.CopyTo(body[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(body[12..], ((uint)ssrcs.Length << 24) | ((uint)exponent << 18) | mantissa);
        WriteSsrcs(body[16..], ssrcs);
        return true;
    }

    /// <summary>Reserves a packet whose body is already complete elsewhere; padded to 32 bits with zeros by the caller.</summary>
    internal bool TryStart(RtcpType type, byte count, int bodyLength, out Span<byte> body)
    {
        body = default;
        if (_destination.Length - Length < 4 + bodyLength)
            return false;
        var header = _destination[Length..];
        header[0] = (byte)(0x80 | (count & 0x1F));
        header[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)(bodyLength / 4));
        body = header.Slice(4, bodyLength);
        Length += 4 + bodyLength;
        return true;
    }

    private static void WriteBlocks(Span<byte> body, scoped ReadOnlySpan<ReportBlock> blocks)
    {
        for (var i = 0; i < blocks.Length; i++)
            blocks[i].Write(body[(i * ReportBlock.Length)..]);
    }

    private static void WriteSsrcs(Span<byte> body, scoped ReadOnlySpan<uint> ssrcs)
    {
        for (var i = 0; i < ssrcs.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(body[(i * 4)..], ssrcs[i]);
    }

    private static int CountNackItems(scoped ReadOnlySpan<ushort> lost)
    {
        var items = 0;
        for (var index = 0; index < lost.Length; items++)
            index = TakeNackItem(lost, index, out _, out _);
        return items;
    }

    /// <summary>One item covers its first number and those at most 16 after it.</summary>
    private static int TakeNackItem(scoped ReadOnlySpan<ushort> lost, int index, out ushort bitmask, out ushort first)
    {
        first = lost[index++];
        bitmask = 0;
        for (; index < lost.Length; index++)
        {
            var distance = (ushort)(lost[index] - first);
            if (distance is 0 or > 16)
                break;
            bitmask |= (ushort)(1 << (distance - 1));
        }
        return index;
    }
}
