namespace AfterSales.Video.Recording.Depacketizing;

/// <summary>One codec's RTP payload format. Never throws on bytes.</summary>
public interface IPayloadFormat
{
    /// <summary>Looks at one non-empty payload.</summary>
    PayloadMarks Inspect(ReadOnlySpan<byte> payload);

    /// <summary>Adds the payloads of one whole frame, in order, to <paramref name="frame"/> in the form the container wants.</summary>
    /// <returns>False when a payload is malformed; the frame is then of no use.</returns>
    bool TryAppend(ReadOnlySpan<byte> payload, FrameBuffer frame);
}

/// <summary>The format of a codec by its registered name.</summary>
public static class PayloadFormats
{
    /// <summary>Null when recordings cannot hold the codec: the journal keeps it, the mux states it.</summary>
    public static IPayloadFormat? Find(string codecName) => codecName.ToUpperInvariant() switch
    {
        "OPUS" => new OpusFormat(),
        "H264" => new H264Format(),
        "VP8" => new Vp8Format(),
        "VP9" => new Vp9Format(),
        _ => null,
    };
}
