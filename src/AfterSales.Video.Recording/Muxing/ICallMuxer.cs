namespace AfterSales.Video.Recording.Muxing;

/// <summary>
/// Turns a journal into files people can play. Video is copied, never re-encoded; both voices are mixed for playback and kept
/// apart in the original. Can run twice on the same journal with the same result; leaves the journal untouched.
/// </summary>
public interface ICallMuxer
{
    /// <summary>Null when ffmpeg and ffprobe were found; otherwise what to install.</summary>
    string? Problem { get; }

    /// <param name="journalPath">The first part, or the recording's folder.</param>
    /// <param name="dataKey">The recording's data key; empty when the journal is not encrypted.</param>
    Task<MuxResult> MuxAsync(string journalPath, ReadOnlyMemory<byte> dataKey, string outputFolder, CancellationToken ct);
}

/// <param name="Outcome">"complete", "partial" (see Gaps), "empty" (no media before the end), "failed".</param>
/// <param name="Reason">Why it is partial or failed, in words; empty otherwise.</param>
public sealed record MuxResult(
    string Outcome, string Reason, TimeSpan Duration, IReadOnlyList<MuxedFile> Files, IReadOnlyList<RecordingGap> Gaps);

/// <param name="Name">"playback.mp4", "playback.webm" or "playback.m4a" (sound only), "original.mkv", "poster.jpg", "timeline.json"; "playback-2.…" when the picture changed codec.</param>
/// <param name="Purpose">"playback", "original", "poster", "timeline", "playback-other-codec".</param>
public sealed record MuxedFile(string Name, string Path, string Purpose, string ContentType);

/// <param name="Reason">"late_start", "network", "mute", "pause", "rejoin", "crash", "codec_change", "recorder" (it could not keep up), "codec_unsupported" (only in the journal).</param>
public sealed record RecordingGap(string ParticipantId, string Source, TimeSpan From, TimeSpan To, string Reason);
