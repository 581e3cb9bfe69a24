namespace AfterSales.Video.Contracts.Http;

/// <summary>GET /api/review/recordings?ticketNumber=&amp;state=&amp;cursor=: the newest first, 50 a page.</summary>
public sealed record ReviewListView(IReadOnlyList<ReviewCaseView> Cases, string? NextCursor);

/// <summary>One recording in the list of cases.</summary>
/// <param name="State">"recording", "muxing", "ready", "partial", "empty", "failed", "erased".</param>
/// <param name="Integrity">"pending" (no manifest yet), "sealed", "recovered" (sealed, but the recorder was interrupted), "erased".</param>
public sealed record ReviewCaseView(
    string RecordingId, string CallId, string TicketId, long TicketNumber, string Subject, string BuyerName, string AgentName,
    DateTimeOffset StartedAt, double DurationSeconds, string State, string Integrity, bool OnHold, string? PosterUrl);

/// <summary>
/// GET /api/recordings/{recordingId}/review?viewId=: all a player needs. Without the viewId of a viewing that goes on it is a line in the custody log.
/// </summary>
/// <param name="ViewId">Names this viewing in the custody log; sent back with the ranges that were played.</param>
/// <param name="OriginAt">Wall clock of playback time 0.</param>
public sealed record ReviewView(
    string ViewId, ReviewCaseView Case, string Reason, DateTimeOffset? OriginAt, ReviewPlaybackView? Playback, IReadOnlyList<ReviewTrackView> Tracks,
    IReadOnlyList<LaneItemView> Lanes, IReadOnlyList<ReviewStillView> Stills, IReadOnlyList<ReviewQualityView> Quality, IReadOnlyList<RecordingFileView> Files,
    ReviewSealView? Seal, KeepingView Keeping, CourtCopyView CourtCopy);

/// <summary>A photo sent in place of video: JPEG, bytes [offset, offset + length) of the file.</summary>
/// <param name="Seconds">Playback time at which the server had it.</param>
/// <param name="Sha256">As the journal says, lower-case hex.</param>
public sealed record ReviewStillView(double Seconds, string ParticipantId, string Role, string Url, long Offset, int Length, int Width, int Height, string Sha256);

/// <summary>How it is played: each picture and each voice apart, so that each can be hidden or muted.</summary>
/// <param name="Kind">Of the main picture: "hls" (fMP4 by byte ranges), "webm" (VP8: one file per picture) or "audio" (no picture).</param>
/// <param name="PictureUrl">The main picture: HLS playlist or WebM file without sound; null when there is no picture.</param>
/// <param name="Pictures">All of them, the main one first (the buyer's camera, when there was one), then by role.</param>
/// <param name="Voices">One for each person who spoke.</param>
/// <param name="StoryboardUrl">JSON index of the sprite sheets; null while they are made.</param>
/// <param name="WaveformUrl">JSON peaks of each voice; null while they are made.</param>
public sealed record ReviewPlaybackView(
    string Kind, string? PictureUrl, IReadOnlyList<ReviewPictureView> Pictures, IReadOnlyList<ReviewVoiceView> Voices, string? PosterUrl, string? StoryboardUrl, string? WaveformUrl);

/// <summary>
/// One camera or shared screen. Its gaps are the lane items of the same participant and source. Somebody whose codec changed from H.264 to VP8 in
/// mid-call has two that follow each other.
/// </summary>
/// <param name="Role">"buyer", "agent", "expert", "supervisor".</param>
/// <param name="Source">"camera" or "screen".</param>
/// <param name="Kind">"hls" or "webm".</param>
/// <param name="Url">HLS playlist or WebM file without sound. Its time is playback time.</param>
/// <param name="FileName">The media in the manifest and among the files.</param>
/// <param name="FromSeconds">Before it there is nothing to show.</param>
/// <param name="ToSeconds">After it there is nothing to show.</param>
/// <param name="Runs">Each change of size (a turned phone) or codec; at least one.</param>
public sealed record ReviewPictureView(
    string ParticipantId, string Role, string Source, string Kind, string Url, string FileName, double FromSeconds, double ToSeconds,
    IReadOnlyList<ReviewPictureRunView> Runs);

/// <param name="Codec">"h264", "vp8", "vp9".</param>
/// <param name="Width">Pixels, as sent.</param>
/// <param name="Height">Pixels, as sent.</param>
public sealed record ReviewPictureRunView(string Codec, int Width, int Height, double FromSeconds, double ToSeconds);

/// <param name="Role">"buyer", "agent", "expert", "supervisor".</param>
/// <param name="Url">An audio file the browser can seek in.</param>
/// <param name="StartsAtSeconds">Playback time at which this file's time 0 lies.</param>
public sealed record ReviewVoiceView(string ParticipantId, string Role, string Url, double StartsAtSeconds);

/// <param name="Kind">"video" or "audio".</param>
/// <param name="Clock">"sender_reports" or "arrival" (less exact).</param>
public sealed record ReviewTrackView(
    string ParticipantId, string Role, string Source, string Kind, string Codec, double FromSeconds, double ToSeconds, int Frames, int DroppedFrames,
    long LostPackets, int RecoveredPackets, string Clock);

/// <summary>Something on the timeline.</summary>
/// <param name="Lane">"consent", "people", "mute", "pause", "loss", "gap", "mark", "photo", "note", "system".</param>
/// <param name="Kind">The event's own word, for example "participant_joined", "network", "pause".</param>
/// <param name="ToSeconds">Equal to FromSeconds for a moment.</param>
/// <param name="Detail">A reason in words as it was given; may be empty.</param>
public sealed record LaneItemView(string Lane, string Kind, double FromSeconds, double ToSeconds, string ParticipantId, string Role, string Source, string Detail);

/// <summary>One person's network through the call. A step is a second, or so many that there are at most 600; -1 where nothing was measured.</summary>
/// <param name="UpLoss">Person → server, 0..1 before repair: the worst second of the step.</param>
/// <param name="DownLoss">Server → person, as the person's browser reports it.</param>
/// <param name="UpKbps">Mean of the step.</param>
/// <param name="RoundTripMs">The worst second of the step.</param>
/// <param name="Freezes">When the picture the person saw stood still, by its own page; empty when none reported.</param>
public sealed record ReviewQualityView(
    string ParticipantId, string Role, double StepSeconds, IReadOnlyList<double> UpLoss, IReadOnlyList<double> DownLoss, IReadOnlyList<double> UpKbps,
    IReadOnlyList<double> DownKbps, IReadOnlyList<double> RoundTripMs, IReadOnlyList<ReviewFreezeView> Freezes);

/// <summary>Within this stretch (about 5 s: how often pages report).</summary>
/// <param name="FrozenSeconds">How long the picture stood still in all.</param>
public sealed record ReviewFreezeView(double FromSeconds, double ToSeconds, int Count, double FrozenSeconds);

/// <summary>What the integrity panel fetches and recomputes.</summary>
/// <param name="ManifestUrl">DSSE envelope of the manifest.</param>
/// <param name="KeysUrl">Published public keys.</param>
/// <param name="Timestamp">"none" (no authority configured), "pending", "late" or "ok".</param>
public sealed record ReviewSealView(
    string ManifestUrl, string CheckpointsUrl, string KeysUrl, string ExportUrl, string SigningKeyId, DateTimeOffset SealedAt, string Timestamp, string ReceiptCode);

/// <summary>How long it is kept and why.</summary>
/// <param name="MediaUntil">When the media will be erased; null while the ticket is open or a hold stands.</param>
/// <param name="Reason">"ticket_open", "after_close", "dispute", "hold", "erased".</param>
/// <param name="Worm">"locked", "unlocked" or "none": whether the store itself forbids deletion.</param>
public sealed record KeepingView(DateTimeOffset? MediaUntil, string Reason, IReadOnlyList<HoldView> Holds, string Worm, bool MayHold, bool MayErase);

public sealed record HoldView(string HoldId, string Reason, string SetBy, DateTimeOffset SetAt);

/// <summary>POST /api/recordings/{recordingId}/holds → 201. Ended by DELETE …/holds/{holdId}.</summary>
/// <param name="Reason">Why it must be kept, 3 to 500 characters.</param>
public sealed record HoldRequest(string Reason);

/// <summary>POST /api/recordings/{recordingId}/erasure → 202. 409 "recording.on_hold" with the reason of the hold.</summary>
/// <param name="Reason">Why it is erased, 3 to 500 characters.</param>
/// <param name="Confirmation">The receipt code or, without one, the recording id: typed by a person.</param>
public sealed record ErasureRequest(string Reason, string Confirmation);

/// <summary>The court copy: made by POST /api/recordings/{recordingId}/court-copy.</summary>
/// <param name="State">"none", "queued", "making", "ready", "failed".</param>
public sealed record CourtCopyView(string State, string Reason, RecordingFileView? File);

/// <summary>POST /api/recordings/{recordingId}/views: which parts were played, for the custody log.</summary>
public sealed record ViewedRequest(string ViewId, IReadOnlyList<ViewedRange> Ranges);

/// <summary>Whole milliseconds of playback time.</summary>
public sealed record ViewedRange(long FromMs, long ToMs);

/// <summary>GET /api/recordings/{recordingId}/custody, oldest first.</summary>
public sealed record CustodyView(IReadOnlyList<CustodyEntryView> Entries, bool ChainWhole, string Problem);

/// <param name="Kind">"link_issued", "link_used", "consent", "joined", "left", "opened", "viewed", "exported", "downloaded", "held", "released", "erased", "role_changed", "receipt_issued", "sealed", "court_copy_made", "retention_changed".</param>
/// <param name="Detail">In words or numbers, without personal data of the buyer.</param>
public sealed record CustodyEntryView(long Index, DateTimeOffset At, string Kind, string ActorRole, string ActorName, string Detail, string HashHex);

/// <summary>GET and PUT /api/admin/retention.</summary>
/// <param name="MediaDaysAfterClose">Default 180.</param>
/// <param name="DisputeMediaDays">Default 1,095.</param>
/// <param name="RecordsDays">After it the ticket goes, with its calls, manifests, receipts and tombstones; default 1,095. The custody log stays: it names nobody.</param>
public sealed record RetentionPolicy(int MediaDaysAfterClose, int DisputeMediaDays, int RecordsDays);

/// <summary>GET /api/admin/storage: what the store can do, probed at start.</summary>
/// <param name="Kind">"file_system", "azure" or "s3".</param>
/// <param name="Place">Folder, or endpoint and bucket; empty before the store answered. Never credentials.</param>
/// <param name="Worm">"locked", "unlocked", "none".</param>
/// <param name="WriteOnce">The store itself refuses a second write of a name; otherwise only the hub does.</param>
/// <param name="LegalHold">A hold is put on the store's objects too; otherwise only the hub refuses to erase.</param>
/// <param name="Retention">The store can forbid deleting before a time.</param>
/// <param name="SegmentsWaiting">To be uploaded or read back, all recordings.</param>
public sealed record StorageView(
    string Kind, string Place, string Worm, bool WriteOnce, bool LegalHold, bool Retention, bool Tags, bool Versions, bool ChecksumOnWrite, int SegmentsWaiting, string Problem);

/// <summary>GET /api/buyer/receipt (204 until the journal is closed), GET /api/receipts/{code} (public; never shows the recording).</summary>
/// <param name="Code">For people: "R-8K2F-7QXM-3VTA".</param>
/// <param name="Url">Public page that verifies it.</param>
/// <param name="QrSvg">That page's address as an SVG QR code.</param>
/// <param name="HeadHex">Last checkpoint: SHA-256 chain head.</param>
/// <param name="Standing">"kept", "kept_on_hold" or "erased".</param>
/// <param name="Envelope">The signed receipt, a DSSE envelope as JSON text.</param>
public sealed record ReceiptView(
    string Code, string Url, string QrSvg, DateTimeOffset StartedAt, double DurationSeconds, long Blocks, long Seq, string HeadHex, string KeyId,
    bool Complete, string Standing, string Envelope);
