using System.Buffers.Binary;

namespace AfterSales.Video.Rtc.Rtp;

/// <summary>Retransmission payload format, SSRC-multiplexed (RFC 4588 §4): the payload starts with the original sequence number.</summary>
public static class Rtx
{
    public const int OriginalSequenceLength = 2;

    /// <summary>
    /// Restores the original packet of a retransmission. False for padding (bandwidth probes carry no original) and when the
    /// destination is too small; it must hold the retransmission's length − 2.
    /// </summary>
    public static bool TryRestore(
        in RtpPacketView retransmission, uint originalSsrc, byte originalPayloadType, Span<byte> destination, out int length)
    {
        length = 0;
        var payload = retransmission.Payload;
        if (payload.Length < OriginalSequenceLength)
            return false;
        var header = retransmission.HeaderLength;
        var total = header + payload.Length - OriginalSequenceLength;
        if (destination.Length < total)
            return false;
        retransmission.Header.CopyTo(destination);
        // Padding was not copied.
        destination[0] &= 0xDF;
        destination[1] = (byte)((destination[1] & 0x80) | (originalPayloadType & 0x7F));
        payload[..OriginalSequenceLength].CopyTo(destination[2..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], originalSsrc);
        payload[OriginalSequenceLength..].CopyTo(destination[header..]);
        length = total;
        return true;
    }

    /// <summary>Wraps a packet for retransmission; the destination must hold its length + 2. Padding is not carried.</summary>
    public static bool TryEncapsulate(
        in RtpPacketView original, uint rtxSsrc, byte rtxPayloadType, ushort rtxSequenceNumber, Span<byte> destination, out int length)
    {
        length = 0;
        var header = original.HeaderLength;
        var total = header + OriginalSequenceLength + original.Payload.Length;
        if (destination.Length < total)
            return false;
        original.Header.CopyTo(destination);
        destination[0] &= 0xDF;
        destination[1] = (byte)((destination[1] & 0x80) | (rtxPayloadType & 0x7F));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], rtxSequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], rtxSsrc);
        BinaryPrimitives.WriteUInt16BigEndian(destination[header..], original.SequenceNumber);
        original.Payload.CopyTo(destination[(header + OriginalSequenceLength)..]);
        length = total;
        return true;
    }
}
