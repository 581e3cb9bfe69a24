using System.Buffers.Binary;

namespace AfterSales.Video.Rtc.Srtp;

/// <summary>The part of an RTP header that SRTP needs (RFC 3550 §5.1, §5.3.1).</summary>
/// <param name="Length">To the end of the contributing sources and the extension.</param>
internal readonly record struct RtpHeader(uint Ssrc, ushort SequenceNumber, int Length)
{
    private const int FixedBytes = 12;
    private const int ExtensionHeaderBytes = 4;

    internal static bool TryRead(ReadOnlySpan<byte> packet, out RtpHeader header)
    {
        header = default;
        if (packet.Length < FixedBytes || packet[0] >> 6 != 2)
            return false;
        var length = FixedBytes + ((packet[0] & 0x0F) * sizeof(uint));
        if ((packet[0] & 0x10) != 0)
        {
            if (packet.Length < length + ExtensionHeaderBytes)
                return false;
            var words = BinaryPrimitives.ReadUInt16BigEndian(packet[(length + 2)..]);
            length += ExtensionHeaderBytes + (words * sizeof(uint));
        }
        if (packet.Length < length)
            return false;
        header = new RtpHeader(BinaryPrimitives.ReadUInt32BigEndian(packet[8..]), BinaryPrimitives.ReadUInt16BigEndian(packet[2..]), length);
        return true;
    }
}

/// <summary>The first 8 bytes of an RTCP packet, which stay in the clear (RFC 3711 §3.4).</summary>
internal static class RtcpHeader
{
    internal const int Bytes = 8;

    internal static bool TryReadSsrc(ReadOnlySpan<byte> packet, out uint ssrc)
    {
        ssrc = 0;
        if (packet.Length < Bytes || packet[0] >> 6 != 2)
            return false;
        ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        return true;
    }
}
