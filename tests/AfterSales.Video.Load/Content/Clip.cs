namespace AfterSales.Video.Load.Content;

/// <summary>Real encoder output, cut into RTP payloads once, to be played in a loop by any number of senders.</summary>
/// <param name="Codec">"H264", "VP8" or "opus".</param>
/// <param name="ClockRateHz">RTP clock.</param>
/// <param name="TicksPerFrame">RTP ticks between two frames.</param>
internal sealed record Clip(string Codec, int ClockRateHz, int TicksPerFrame, IReadOnlyList<ClipFrame> Frames)
{
    public bool IsVideo => Codec != "opus";

    public TimeSpan FrameLength => TimeSpan.FromSeconds((double)TicksPerFrame / ClockRateHz);

    public double PacketsPerSecond => Frames.Sum(f => f.Payloads.Count) / (Frames.Count * FrameLength.TotalSeconds);

    /// <summary>Payloads only.</summary>
    public double BitsPerSecond => Frames.Sum(f => f.Payloads.Sum(p => p.Length)) * 8 / (Frames.Count * FrameLength.TotalSeconds);
}

/// <param name="Payloads">In order of sending; the last one gets the marker.</param>
internal sealed record ClipFrame(bool IsKey, IReadOnlyList<byte[]> Payloads);
