namespace AfterSales.Video.Recording.Muxing;

/// <summary>
/// Turns a journal into files people can play (recordings-schema/playback/v1), in three steps. Each can run again with the same result and leaves
/// what it reads untouched; files appear under their names only when they are whole and right.
/// </summary>
public interface ICallMuxer
{
    /// <summary>Null when ffmpeg and ffprobe were found; otherwise what to install. The first step needs neither.</summary>
    string? Problem { get; }

    /// <summary>
    /// First step, in seconds after hanging up: original.mkv, pictures and voices copied for the player, playback.json, timeline.json. Without ffmpeg.
    /// Memory does not grow with the call.
    /// </summary>
    /// <param name="journalPath">The first part, or the recording's folder.</param>
    /// <param name="dataKey">The recording's data key; empty when the journal is not encrypted.</param>
    Task<MuxResult> MakePlayableAsync(string journalPath, ReadOnlyMemory<byte> dataKey, string outputFolder, CancellationToken ct);

    /// <summary>Second step: the file for download, poster, storyboard and waveform, from the first step's original.mkv, voice-*.mp4, playback.json and timeline.json in the folder.</summary>
    Task<MuxResult> CompleteAsync(string outputFolder, CancellationToken ct);

    /// <summary>On demand: court-copy.mp4 from the same files. Re-encodes: about half a processor second for each second of the call.</summary>
    Task<MuxResult> MakeCourtCopyAsync(string outputFolder, CourtCopyRequest request, CancellationToken ct);

    /// <summary>First and second step.</summary>
    Task<MuxResult> MuxAsync(string journalPath, ReadOnlyMemory<byte> dataKey, string outputFolder, CancellationToken ct);
}

/// <param name="Outcome">"complete", "partial" (see Gaps), "empty" (no media before the end), "failed".</param>
/// <param name="Reason">Why it is partial or failed, in words; empty otherwise.</param>
/// <param name="Files">What this step made.</param>
public sealed record MuxResult(
    string Outcome, string Reason, TimeSpan Duration, IReadOnlyList<MuxedFile> Files, IReadOnlyList<RecordingGap> Gaps);

/// <param name="Name">Generated; also the evidence key's last part. All names and purposes: recordings-schema/playback/v1.</param>
/// <param name="ContentType">IANA media type.</param>
public sealed record MuxedFile(string Name, string Path, string Purpose, string ContentType)
{
    /// <summary>Names of the files it was made from; empty when it was made from the journal.</summary>
    public IReadOnlyList<string> DerivedFrom { get; init; } = [];

    /// <summary>How a derivative was made; null when nothing but copying was done.</summary>
    public FileProvenance? Provenance { get; init; }
}

/// <param name="Tool">For example "ffmpeg version 5.1.9-0+deb12u1".</param>
/// <param name="Arguments">As given, without the folder.</param>
/// <param name="InputSha256">Lower-case hex of each input, by name.</param>
public sealed record FileProvenance(string Tool, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> InputSha256);

/// <summary>What is burnt into a court copy.</summary>
/// <param name="TicketNumber">Shown as it is; at most 64 characters.</param>
/// <param name="DigestHex">Digest of the recording; its first 16 digits are shown.</param>
/// <param name="TimeZone">Of the clock; its offset is shown beside it.</param>
public sealed record CourtCopyRequest(string TicketNumber, string DigestHex, TimeZoneInfo TimeZone);

/// <param name="Reason">
/// "late_start", "network", "mute", "pause", "rejoin", "left", "crash", "codec_change", "recorder" (it could not keep up), "codec_unsupported" and
/// "no_key_frame" (only in the journal), "photos_instead" and "sound_only" (the link was too weak for video), "stalled" (the source sent nothing for more than a second and nobody had muted it).
/// </param>
public sealed record RecordingGap(string ParticipantId, string Source, TimeSpan From, TimeSpan To, string Reason);
