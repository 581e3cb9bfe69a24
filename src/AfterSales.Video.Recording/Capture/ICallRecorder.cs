using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Recording.Capture;

/// <summary>
/// Starts journals. One journal per recording, format in recordings-schema/journal/v1. Nothing here waits for the database,
/// the blob store or FFmpeg.
/// </summary>
public interface ICallRecorder
{
    /// <summary>Creates the journal file and its header durably before it returns.</summary>
    Task<IRecordingSession> StartAsync(RecordingHeader header, CancellationToken ct);
}

/// <summary>A running recording. The tap side belongs to the room's media loop; the rest is callable from any thread.</summary>
public interface IRecordingSession : IPacketTap, IAsyncDisposable
{
    string RecordingId { get; }

    /// <summary>An event from outside the room: consent, note, pause with reason, disconnected signalling. Never blocks; a full queue is a counted gap in the journal.</summary>
    void AppendEvent(RecordingEvent recordingEvent);

    /// <summary>While paused no packet is kept; the gap and its reason are.</summary>
    void Pause(string reason);

    void Resume();

    /// <summary>Writes what is buffered and the END record, syncs, closes. Idempotent.</summary>
    Task<JournalSummary> StopAsync(string reason, CancellationToken ct);

    /// <summary>Counters for metrics and the agent's console.</summary>
    RecordingStatistics Statistics { get; }
}

/// <summary>Becomes the first record of the journal.</summary>
public sealed record RecordingHeader
{
    /// <summary>Generated; also the evidence key's recording part and the journal's file name.</summary>
    public required string RecordingId { get; init; }
    public required string TenantId { get; init; }
    public required string TicketId { get; init; }
    public required string CallId { get; init; }

    /// <summary>Version and SHA-256 (hex) of the consent text, its language and the time it was given.</summary>
    public required string ConsentTextVersion { get; init; }
    public required string ConsentTextSha256 { get; init; }
    public required string ConsentLanguage { get; init; }
    public required DateTimeOffset ConsentAt { get; init; }
}

/// <param name="Kind">snake_case, for example "consent_given", "buyer_reconnected".</param>
/// <param name="Json">A JSON object without personal data; "{}" when there is nothing to add.</param>
public sealed record RecordingEvent(string Kind, string Json);

/// <param name="Complete">False when the END record could not be written.</param>
public sealed record JournalSummary(string JournalPath, long Blocks, long Packets, TimeSpan Duration, string HeadHashHex, bool Complete);

public sealed record RecordingStatistics(long Packets, long Bytes, long Blocks, long DroppedPackets, TimeSpan SinceLastSync)
{
    /// <summary>Null while the disk takes everything; otherwise why nothing more can be kept. Alarm and tell the agent.</summary>
    public string? Fault { get; init; }
}
