using AfterSales.Video.Recording.Segments;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Recording.Capture;

/// <summary>
/// Starts journals. One journal per recording, format in recordings-schema/journal/v1. Nothing here waits for the database,
/// the blob store or FFmpeg.
/// </summary>
public interface ICallRecorder
{
    /// <summary>Creates the journal file and its header durably before it returns.</summary>
    /// <param name="dataKey">The recording's 32-byte data key (AES-256-GCM), copied; empty writes a journal without encryption.</param>
    Task<IRecordingSession> StartAsync(RecordingHeader header, ReadOnlyMemory<byte> dataKey, CancellationToken ct);
}

/// <summary>A running recording. The tap side belongs to the room's media loop; the rest is callable from any thread.</summary>
public interface IRecordingSession : IPacketTap, IJournalSource, IAsyncDisposable
{
    /// <summary>An event from outside the room: consent, note, pause with reason, disconnected signalling. Never blocks; a full queue is a counted gap in the journal.</summary>
    void AppendEvent(RecordingEvent recordingEvent);

    /// <summary>
    /// A photo sent in place of video. Never blocks. False when it was not kept: while paused nothing is; otherwise a counted gap says so.
    /// </summary>
    bool AppendStill(in RecordedStill still);

    /// <summary>While paused no packet is kept; the gap and its reason are.</summary>
    void Pause(string reason);

    /// <summary>Packets are kept again, and video sources are asked for a key frame: without one nothing up to the next would decode.</summary>
    void Resume();

    /// <summary>Writes what is buffered and the END record, syncs, closes. Idempotent.</summary>
    Task<JournalSummary> StopAsync(string reason, CancellationToken ct);

    /// <summary>How far the journal is on the device; null before the first sync.</summary>
    JournalHead? Synced { get; }

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

    /// <summary>Id of the key-encryption key that wraps the data key; null for a journal without encryption.</summary>
    public string? KeyId { get; init; }

    /// <summary>Both ends' certificate fingerprints, where they are known before the recording begins; otherwise they come as an event.</summary>
    public IReadOnlyList<DtlsFingerprintRecord>? DtlsFingerprints { get; init; }

    /// <summary>Set by the recorder: which boot of the machine wrote the file. Recovery tells a killed process from a power cut by it.</summary>
    public string? BootId { get; init; }

    /// <summary>Set by the recorder: what is lost at most when the process is killed, and when the power fails.</summary>
    public int? KillLossMs { get; init; }
    public int? PowerLossMs { get; init; }

    /// <summary>Set by the recorder: 2 and up for a file that goes on where an earlier one failed, with the head (hex) it goes on from.</summary>
    public int? Part { get; init; }
    public string? PreviousHead { get; init; }
}

/// <param name="ParticipantId">Whose connection.</param>
/// <param name="Local">The server's fingerprint as in SDP: "sha-256 AB:CD:…".</param>
/// <param name="Remote">The browser's.</param>
public sealed record DtlsFingerprintRecord(string ParticipantId, string Local, string Remote);

/// <summary>How far a journal is on the device: what a checkpoint signs.</summary>
/// <param name="Part">File of the journal, 1 for the first.</param>
/// <param name="Seq">Last synced block of that file.</param>
/// <param name="HeadHex">Its Hi, lower-case hex.</param>
/// <param name="MonotonicNs">When it was sealed, since the recording began.</param>
/// <param name="UtcNs">The same moment since 1970.</param>
/// <param name="Length">Bytes of the file up to the end of that block.</param>
/// <param name="IsEnd">True for the END block: the last checkpoint.</param>
public sealed record JournalHead(string RecordingId, int Part, long Seq, string HeadHex, long MonotonicNs, long UtcNs, long Length, bool IsEnd);

/// <summary>Something an operator and the agent should know. Kinds are stable, snake_case.</summary>
/// <param name="RecordingId">Null when it concerns the whole node.</param>
/// <param name="Kind">See <see cref="RecorderAlarmKind"/>.</param>
/// <param name="Detail">In words, for the log; holds no personal data.</param>
public sealed record RecorderAlarm(string? RecordingId, string Kind, string Detail);

public static class RecorderAlarmKind
{
    /// <summary>Free space is below the first watermark: new recordings are refused.</summary>
    public const string DiskLow = "disk_low";

    /// <summary>Free space is above it again.</summary>
    public const string DiskRecovered = "disk_recovered";

    /// <summary>Below the second: pictures are not recorded any more, voices are.</summary>
    public const string VideoOff = "video_off";
    public const string VideoOn = "video_on";

    /// <summary>Below the third: the recording was ended while its END could still be written.</summary>
    public const string SealedForSpace = "sealed_for_space";

    /// <summary>Blocks cannot be written now; they are kept in memory as far as it goes and tried again.</summary>
    public const string WriteFailed = "write_failed";

    /// <summary>The device takes blocks again.</summary>
    public const string WriteResumed = "write_resumed";

    /// <summary>A file was given up after an error of the device; the recording goes on in the next one.</summary>
    public const string JournalContinued = "journal_continued";

    /// <summary>Packets were left out; the journal states the gap.</summary>
    public const string PacketsDropped = "packets_dropped";

    /// <summary>The evidence store does not take segments; the local journal keeps them.</summary>
    public const string StoreDown = "store_down";
    public const string StoreBack = "store_back";

    /// <summary>The store holds other bytes under a segment's name: needs a person.</summary>
    public const string SegmentConflict = "segment_conflict";

    /// <summary>The wall clock jumped against the monotonic one.</summary>
    public const string ClockStep = "clock_step";

    /// <summary>What an alarm says to be over; null for one that is none or stays.</summary>
    public static string? EndedBy(string kind) => kind switch
    {
        DiskRecovered => DiskLow,
        VideoOn => VideoOff,
        WriteResumed => WriteFailed,
        StoreBack => StoreDown,
        _ => null,
    };

    /// <summary>True for a state that lasts until another alarm ends it; the rest happen once.</summary>
    public static bool Lasts(string kind) => kind is DiskLow or VideoOff or WriteFailed or StoreDown;
}

/// <param name="Kind">snake_case, for example "consent_given", "buyer_reconnected".</param>
/// <param name="Json">A JSON object without personal data; "{}" when there is nothing to add.</param>
public sealed record RecordingEvent(string Kind, string Json);

/// <param name="Source">"camera" or "screen".</param>
/// <param name="Image">At most <see cref="MaxBytes"/>; copied.</param>
public readonly record struct RecordedStill(
    string ParticipantId, string Role, string Source, string ContentType, ushort Width, ushort Height, ReadOnlyMemory<byte> Image)
{
    /// <summary>One record, one block (64 KiB), with room for what a block says first after a gap.</summary>
    public const int MaxBytes = 48 * 1024;
}

/// <param name="Complete">False when the END record could not be written.</param>
public sealed record JournalSummary(string JournalPath, long Blocks, long Packets, TimeSpan Duration, string HeadHashHex, bool Complete);

public sealed record RecordingStatistics(long Packets, long Bytes, long Blocks, long DroppedPackets, TimeSpan SinceLastSync)
{
    /// <summary>Null while the disk takes everything; otherwise why nothing more can be kept. Alarm and tell the agent.</summary>
    public string? Fault { get; init; }
}
