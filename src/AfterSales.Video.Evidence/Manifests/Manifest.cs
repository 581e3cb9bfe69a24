namespace AfterSales.Video.Evidence.Manifests;

/// <summary>
/// What is known of a finished recording (recordings-schema/manifest/v1, the reference). Signed once when the recording is sealed. Times within the
/// recording are whole milliseconds of playback time; 0 is <see cref="StartedAt"/>.
/// </summary>
public sealed record Manifest
{
    public const string Version1 = "aftersales.video/manifest/v1";
    public const string Complete = "complete";
    public const string Partial = "partial";

    public string Schema { get; init; } = Version1;
    public required string RecordingId { get; init; }
    public required string TenantId { get; init; }
    public required string CallId { get; init; }
    public required ManifestTicket Ticket { get; init; }

    /// <summary>Wall clock of playback time 0.</summary>
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset EndedAt { get; init; }
    public required long DurationMs { get; init; }

    /// <summary>When this manifest was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>"complete" or "partial".</summary>
    public required string State { get; init; }

    /// <summary>Why it is partial, for people; present exactly then.</summary>
    public string? PartialReason { get; init; }

    public required IReadOnlyList<ManifestParty> Parties { get; init; }
    public required ManifestConsent Consent { get; init; }
    public required ManifestEnvironment Environment { get; init; }
    public required ManifestKeys Keys { get; init; }
    public required ManifestJournal Journal { get; init; }
    public required IReadOnlyList<ManifestSegment> Segments { get; init; }
    public required IReadOnlyList<ManifestCheckpoint> Checkpoints { get; init; }
    public required IReadOnlyList<ClockSample> ClockSamples { get; init; }
    public required IReadOnlyList<ManifestTrack> Tracks { get; init; }

    /// <summary>What is not there, or not well, and why: loss, freeze, mute, pause, rejoin, disk.</summary>
    public required IReadOnlyList<ManifestGap> Gaps { get; init; }
    public required IReadOnlyList<ManifestMark> Marks { get; init; }
    public required IReadOnlyList<ManifestPhoto> Photos { get; init; }
    public required IReadOnlyList<ManifestChallenge> Challenges { get; init; }
    public required IReadOnlyList<ManifestFile> Files { get; init; }
    public required IReadOnlyList<ManifestTimestamp> Timestamps { get; init; }
    public required ManifestRetention Retention { get; init; }

    /// <summary>The receipt the buyer was given, if one was.</summary>
    public ManifestReceipt? Receipt { get; init; }
}

/// <param name="Number">As people say it; burnt into the court copy.</param>
public sealed record ManifestTicket(string Id, string? Number = null);

/// <summary>A person by role; names stay in the ticket.</summary>
/// <param name="Role">"buyer", "agent", "expert", "supervisor".</param>
public sealed record ManifestParty(string ParticipantId, string Role, long JoinedMs, long? LeftMs = null);

/// <param name="TextSha256">Of the text as it was shown.</param>
public sealed record ManifestConsent(string TextVersion, string TextSha256, string Language, DateTimeOffset At);

/// <param name="ConfigurationSha256">Of the settings that shape a recording, canonical JSON; secrets left out.</param>
/// <param name="Components">What touched the media: runtime, FFmpeg, OpenSSL.</param>
public sealed record ManifestEnvironment(string Product, string Version, string ConfigurationSha256, IReadOnlyList<ManifestComponent> Components);

public sealed record ManifestComponent(string Name, string Version);

/// <param name="DataKeyId">Hex of <see cref="Keys.DataKey.IdOf"/>; also at offset 48 of the journal's head.</param>
/// <param name="KekId">Of the tenant's key that wrapped it when the recording began.</param>
/// <param name="SigningKeyId">Key in force when this manifest was made.</param>
public sealed record ManifestKeys(string DataKeyId, string KekId, string SigningKeyId);

/// <param name="Parts">In order; more than one when a file had to be given up after a disk error.</param>
public sealed record ManifestJournal(IReadOnlyList<ManifestJournalPart> Parts);

/// <param name="Head">Hash of the last block, hex.</param>
/// <param name="Blocks">Blocks, the END block included.</param>
/// <param name="Bytes">Length of the whole file.</param>
/// <param name="EndReason">From the END record; "" when there is none.</param>
/// <param name="Recovered">True when recovery wrote the END after a crash.</param>
/// <param name="LossMs">At most so much before the end was lost.</param>
public sealed record ManifestJournalPart(int Part, string Head, long Blocks, long Bytes, string EndReason, bool Recovered, long LossMs);

/// <summary>A run of whole blocks as it was uploaded; the segments of a part one after the other are its journal file.</summary>
/// <param name="Index">1, 2, 3 … within the part.</param>
/// <param name="Sha256">Of the stored bytes.</param>
/// <param name="FirstSeq">First block in it.</param>
/// <param name="LastSeq">Last block in it; <paramref name="FirstSeq"/> - 1 when it holds no block (a head alone).</param>
public sealed record ManifestSegment(string Name, int Part, int Index, long Length, string Sha256, long FirstSeq, long LastSeq);

/// <param name="KeyId">Who signed it.</param>
public sealed record ManifestCheckpoint(int Part, long Seq, string Head, DateTimeOffset At, string KeyId);

/// <summary>One moment on both clocks of the recorder.</summary>
public sealed record ClockSample(long MonotonicMs, DateTimeOffset At);

/// <param name="Kind">"audio" or "video".</param>
/// <param name="Clock">"sender_reports" or "arrival".</param>
public sealed record ManifestTrack(
    string TrackId, string ParticipantId, string Role, string Source, string Kind, string Clock, long FromMs, long ToMs,
    long Packets, long LostPackets, long RecoveredPackets, IReadOnlyList<ManifestRun> Runs);

/// <summary>A stretch of one codec, size and rotation.</summary>
public sealed record ManifestRun(string Codec, long FromMs, long ToMs, string Reason, int? Width = null, int? Height = null, int? RotationDegrees = null);

/// <param name="Kind">"loss", "freeze", "mute", "pause", "hold", "rejoin", "late_start", "disk", "crash" …</param>
/// <param name="Reason">For people; may be empty.</param>
public sealed record ManifestGap(string Kind, string Reason, long FromMs, long ToMs, string? ParticipantId = null, string? Source = null);

public sealed record ManifestMark(string Kind, long AtMs, string ParticipantId, string Text);

/// <param name="Sha256">As hashed in the buyer's browser when it was taken.</param>
public sealed record ManifestPhoto(string PhotoId, long AtMs, string Sha256, string ContentType, long Length);

/// <param name="Result">"passed", "failed" or "expired".</param>
public sealed record ManifestChallenge(string Kind, long AskedMs, string Result, long? AnsweredMs = null);

/// <param name="Purpose">"original", "media-picture", "playback", "poster", "timeline" … (recordings-schema/playback/v1).</param>
/// <param name="Sha256">Of the content, before encryption at rest.</param>
/// <param name="DerivedFrom">Names of files of this manifest, or "journal".</param>
/// <param name="Provenance">With what it was made.</param>
public sealed record ManifestFile(
    string Name, string Purpose, string ContentType, long Length, string Sha256, IReadOnlyList<string>? DerivedFrom = null, string? Provenance = null);

/// <param name="Name">File in timestamps/.</param>
/// <param name="MessageImprint">SHA-256 of the envelope (as JSON) it is about.</param>
/// <param name="Late">True when it was asked more than five minutes after the envelope was made.</param>
public sealed record ManifestTimestamp(string Name, DateTimeOffset GenTime, string MessageImprint, bool Late);

public sealed record ManifestRetention(int MediaDaysAfterClose, int RecordsDays);

/// <param name="Sha256">Of the receipt's envelope.</param>
public sealed record ManifestReceipt(string ReceiptCode, string Sha256);

/// <summary>A file made after the manifest was signed. Tied to it by digest, signed on its own.</summary>
/// <param name="ManifestSha256">Of the manifest's envelope.</param>
public sealed record DerivativeDocument(string RecordingId, string ManifestSha256, ManifestFile File, DateTimeOffset CreatedAt)
{
    internal string Problem() => Rules.First(
        Rules.Name(RecordingId, "recordingId"), Rules.Digest(ManifestSha256, "manifestSha256"), ManifestRules.OfFile(File));
}

/// <summary>Every file of an export but the list itself (<c>export.dsse.json</c>).</summary>
public sealed record ExportList(string RecordingId, DateTimeOffset ExportedAt, string ActorRole, IReadOnlyList<ExportedFile> Files)
{
    internal string Problem() => Rules.First(
        Rules.Name(RecordingId, "recordingId"),
        Rules.Each(Files, "files", f => Rules.First(Rules.Digest(f.Sha256, "sha256"), Rules.Count(f.Length, "length")), f => f.Name));
}

/// <param name="Name">Path in the export with "/".</param>
public sealed record ExportedFile(string Name, long Length, string Sha256);
