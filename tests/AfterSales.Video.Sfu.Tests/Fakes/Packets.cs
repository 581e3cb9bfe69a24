using AfterSales.Video.Rtc.Rtp;

namespace AfterSales.Video.Sfu.Tests.Fakes;

/// <summary>RTP packets as a browser would send them.</summary>
internal static class Packets
{
    public static byte[] Build(byte payloadType, bool marker, ushort sequence, uint timestamp, uint ssrc, ReadOnlySpan<byte> payload, string? mid = null, ushort? transport = null, byte? level = null)
    {
        var header = new byte[RtpHeaderWriter.MaxLength];
        var writer = new RtpHeaderWriter(header, payloadType, marker, sequence, timestamp, ssrc);
        if (mid is not null)
            writer.AddExtension(4, System.Text.Encoding.ASCII.GetBytes(mid));
        if (transport is { } number)
            writer.AddExtension(3, number);
        if (level is { } value)
            writer.AddExtension(1, [value]);
        var length = writer.Finish();
        return [.. header.AsSpan(0, length), .. payload];
    }

    /// <summary>One VP8 packet; a key frame's first one when asked.</summary>
    public static byte[] Vp8(uint ssrc, ushort sequence, uint timestamp, bool keyFrame = false, bool marker = true, string? mid = null, ushort? transport = null, int size = 100)
    {
        var payload = new byte[size];
        payload[0] = 0x10;
        payload[1] = keyFrame ? (byte)0 : (byte)1;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(2), sequence);
        return Build(96, marker, sequence, timestamp, ssrc, payload, mid, transport);
    }

    public static byte[] Opus(uint ssrc, ushort sequence, uint timestamp, byte? level = null, string? mid = null) =>
        Build(111, false, sequence, timestamp, ssrc, [0xFC, 1, 2, (byte)sequence], mid, null, level);

    public static byte[] Rtx(byte[] original, uint rtxSsrc, byte rtxPayloadType, ushort rtxSequence)
    {
        Assert.True(RtpPacketView.TryParse(original, out var view));
        var packet = new byte[original.Length + 2];
        Assert.True(Rtc.Rtp.Rtx.TryEncapsulate(view, rtxSsrc, rtxPayloadType, rtxSequence, packet, out var length));
        return packet[..length];
    }
}
