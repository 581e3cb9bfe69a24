namespace AfterSales.Video.Contracts.Http;

/// <summary>POST /api/tickets/{ticketId}/calls (no body) → 201. 409 "call.already_active" when the ticket has a running call.</summary>
/// <param name="BuyerUrl">One-time link; the secret is in the fragment. Shown here only.</param>
/// <param name="QrSvg">The link as an SVG QR code.</param>
public sealed record CallCreatedView(CallView Call, string BuyerUrl, string QrSvg, DateTimeOffset LinkExpiresAt);

/// <summary>GET /api/calls/{callId}</summary>
/// <param name="State">"waiting" (link made), "live" (buyer agreed, media may flow), "ended".</param>
/// <param name="BuyerStep">"none", "link_opened", "reading_consent", "consented", "checking_camera", "connecting", "connected", "photos", "declined", "left". The latest.</param>
/// <param name="Recording">The latest; null before the buyer agreed.</param>
/// <param name="EarlierRecordings">Of the same call, oldest first: a crash of the server ended each of them, and people came back.</param>
/// <param name="EndReason">"agent_hung_up", "buyer_hung_up", "buyer_declined", "consent_withdrawn", "buyer_photos", "expired", "server_stopped"; null while it lasts.</param>
public sealed record CallView(
    string CallId, string TicketId, string State, string BuyerStep, string AgentName, DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, string? EndReason, RecordingView? Recording, RatingView? Rating,
    IReadOnlyList<RecordingView> EarlierRecordings);

/// <param name="Stars">1 to 5.</param>
public sealed record RatingView(int Stars, string Comment);

/// <summary>POST /api/calls/{callId}/links: a new one-time link; the former ones end. Same answer as creating the call.</summary>
/// <summary>POST /api/calls/{callId}/end (no body).</summary>
/// <summary>GET /api/calls/{callId}/recording: the latest of the call.</summary>
/// <param name="State">"recording", "muxing", "ready", "partial", "empty", "failed", "erased".</param>
/// <param name="Reason">Why it is partial or failed, or what muxing waits for; empty otherwise.</param>
public sealed record RecordingView(
    string RecordingId, string State, string Reason, double DurationSeconds, DateTimeOffset StartedAt,
    IReadOnlyList<RecordingFileView> Files, IReadOnlyList<GapView> Gaps);

/// <param name="Purpose">"playback", "original", "poster", "timeline".</param>
/// <param name="Url">Path on this server; supports byte ranges.</param>
public sealed record RecordingFileView(string Name, string Purpose, string ContentType, long Length, string Sha256, string Url);

/// <summary>POST /api/calls/{callId}/recording/pause → 204, and /recording/resume without a body: nothing is kept in between, the gap and its reason are.</summary>
/// <param name="Reason">"private_information", "third_person", "other": a word, so that nothing personal gets into the journal.</param>
public sealed record PauseRecordingRequest(string Reason);

/// <summary>
/// POST /api/buyer/stills and /api/calls/{callId}/stills: a photo in place of video, from a participant of the running call. The body is the image: image/jpeg, at most 48 KiB,
/// long side at most 1280. About one in 1.5 s. GET …/stills/{participantId} gives the latest of another participant.
/// </summary>
/// <param name="Recorded">False while the recording is paused.</param>
public sealed record StillReceipt(string StillId, string Sha256, int Width, int Height, bool Recorded);

public sealed record GapView(string ParticipantId, string Source, double FromSeconds, double ToSeconds, string Reason);

/// <summary>POST /api/calls/{callId}/media-tokens: a WHIP/WHEP entry for a program, camera box or encoder.</summary>
/// <param name="Role">"buyer", "agent", "expert", "supervisor".</param>
/// <param name="ConsentGiven">Must be true for a buyer: the caller states that the consent text was shown and agreed to.</param>
public sealed record MediaTokenRequest(string Role, string DisplayName, bool ConsentGiven, string Language);

/// <param name="WhipUrl">RFC 9725 endpoint to publish to.</param>
/// <param name="WhepUrl">Endpoint to receive from.</param>
/// <param name="Token">Bearer token for both, ends with the call.</param>
public sealed record MediaTokenView(string ParticipantId, string WhipUrl, string WhepUrl, string Token, DateTimeOffset ExpiresAt);

/// <summary>GET /api/admin/first-frame: measured in the clients, from the buyer's Agree.</summary>
public sealed record FirstFrameView(int Calls, Percentiles AgentFirstVideoFrameMs, Percentiles BuyerFirstAudioMs, Percentiles BuyerFirstVideoFrameMs);

/// <summary>Milliseconds; zeros when there are no samples.</summary>
public sealed record Percentiles(int Samples, double P50, double P90, double P95, double P99, double Max);
