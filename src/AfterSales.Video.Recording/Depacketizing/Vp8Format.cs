using AfterSales.Video.Rtc.Rtp;

namespace AfterSales.Video.Recording.Depacketizing;

/// <summary>VP8 (RFC 7741): the descriptor is taken off, the rest joined.</summary>
public sealed class Vp8Format : IPayloadFormat
{
    public PayloadMarks Inspect(ReadOnlySpan<byte> payload)
    {
        if (!Vp8PayloadDescriptor.TryParse(payload, out var descriptor))
            return PayloadMarks.Malformed;
        var start = descriptor is { StartsPartition: true, PartitionIndex: 0 } ? PayloadMarks.Start : PayloadMarks.None;
        return descriptor.IsKeyFrameStart ? start | PayloadMarks.Key | PayloadMarks.Parameters : start;
    }

    public bool TryAppend(ReadOnlySpan<byte> payload, FrameBuffer frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return Vp8PayloadDescriptor.TryParse(payload, out var descriptor) && frame.TryAppend(payload[descriptor.Length..]);
    }
}

/// <summary>Opus (RFC 7587): one packet is one frame of the container.</summary>
public sealed class OpusFormat : IPayloadFormat
{
    public PayloadMarks Inspect(ReadOnlySpan<byte> payload) => PayloadMarks.Start | PayloadMarks.Key;

    public bool TryAppend(ReadOnlySpan<byte> payload, FrameBuffer frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        return frame.Length == 0 && frame.TryAppend(payload);
    }

    /// <summary>Samples at 48 kHz in a packet by its table-of-contents byte (RFC 6716 §3.1, §3.2); 0 when malformed.</summary>
    public static int Samples(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty)
            return 0;
        var configuration = packet[0] >> 3;
        var perFrame = configuration switch
        {
            < 12 => (configuration & 3) switch { 0 => 480, 1 => 960, 2 => 1920, _ => 2880 },
            < 16 => (configuration & 1) == 0 ? 480 : 960,
            _ => 120 << (configuration & 3),
        };
        var frames = (packet[0] & 3) switch { 0 => 1, 1 or 2 => 2, _ => packet.Length > 1 ? packet[1] & 0x3F : 0 };
        return perFrame * frames;
    }
}
