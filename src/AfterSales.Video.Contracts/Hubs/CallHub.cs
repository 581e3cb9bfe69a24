using System.Text.Json.Serialization;

namespace AfterSales.Video.Contracts.Hubs;

/// <summary>
/// /hubs/call: one participant's place in one call. Buyers come with their session cookie, staff with theirs (or a bearer
/// token). Refusals are values; a HubException means a bug.
/// </summary>
public interface ICallHub
{
    /// <summary>First call on every connection. With a resume token of the same participant the place is taken back: no new negotiation, missed messages follow.</summary>
    Task<ConnectResult> Connect(ConnectRequest request);

    /// <summary>SDP offer (≤ 16 KB) → answer, one round trip. Used for the first negotiation, added sections and ICE restart alike.</summary>
    Task<NegotiateResult> Negotiate(NegotiateRequest request);

    /// <summary>What each of my sections carries and whether it is muted.</summary>
    Task<CommandResult> SetPublications(SetPublicationsRequest request);

    /// <summary>Buyer only: "reading_consent", "checking_camera", "connecting", "connected".</summary>
    Task<CommandResult> ReportStep(ReportStepRequest request);

    /// <summary>Times measured in the client.</summary>
    Task<CommandResult> ReportTiming(ReportTimingRequest request);

    /// <summary>What the page saw of the call, at most once in 4 seconds (every 5 while media flows); more often is refused with "request.too_many".</summary>
    Task<CommandResult> ReportQuality(ReportQualityRequest request);

    /// <summary>STUN and TURN servers with fresh credentials, for an ICE restart in a long call. Those of Connect live 5 to 10 minutes.</summary>
    Task<IceServersResult> RenewIceServers(RenewIceServersRequest request);

    /// <summary>Acknowledges all messages up to and with this number, so that the server may forget them.</summary>
    Task<CommandResult> Acknowledge(AcknowledgeRequest request);

    /// <summary>The page has kept this checkpoint and says back what it says: a second pair of hands that holds the recording to its word.</summary>
    Task<CommandResult> EchoCheckpoint(EchoCheckpointRequest request);

    /// <summary>What my link carries of my own camera; said when it changes. Refused with "request.too_many" when it changes faster than people can follow.</summary>
    Task<CommandResult> ReportLink(LinkReport request);

    /// <summary>Staff: ends the call for everybody. Buyer: hangs up, which ends the call too.</summary>
    Task<CommandResult> HangUp(HangUpRequest request);

    /// <summary>Staff only: leave without ending the call.</summary>
    Task<CommandResult> Leave(LeaveRequest request);
}

/// <summary>What the server calls on a participant's connection.</summary>
public interface ICallClient
{
    /// <summary>Numbered from 1 without gaps for each participant; after a resume the missed ones are sent again in order.</summary>
    Task Receive(CallMessage message);
}

/// <param name="CallId">Staff: the call. Buyers leave it empty: their cookie says which (a browser may hold both cookies, and this tells them apart).</param>
/// <param name="ResumeToken">From an earlier ConnectResult of this page; null on a fresh page.</param>
/// <param name="LastSeq">Last message number received; 0 at first.</param>
public sealed record ConnectRequest(string CallId, string? ResumeToken, long LastSeq);

/// <param name="Outcome">"joined" (new place: negotiate), "resumed" (place kept: nothing to negotiate), "rejoin" (stale token: connect again without one), "replaced" (another page has the place: stop, and connect without a token only when the person asks for it), "refused".</param>
/// <param name="Code">Problem code when refused.</param>
public sealed record ConnectResult(
    string Outcome, string? Code, string? ParticipantId, string? ResumeToken, CallSnapshot? Snapshot, IReadOnlyList<IceServer> IceServers);

/// <param name="Username">For TURN: when the credential expires in seconds since 1970, a colon, the participant. Null without authentication.</param>
/// <param name="Credential">For TURN: base64 of HMAC-SHA1 of the username under the secret shared with the TURN server.</param>
public sealed record IceServer(IReadOnlyList<string> Urls, string? Username, string? Credential);

public sealed record CallSnapshot(
    string CallId, string TicketId, string State, bool Recording, double ElapsedSeconds,
    IReadOnlyList<ParticipantView> Participants, IReadOnlyList<SlotView> Slots);

/// <param name="Role">"buyer", "agent", "expert", "supervisor".</param>
/// <param name="Connection">"joining", "connected", "reconnecting".</param>
public sealed record ParticipantView(
    string ParticipantId, string Role, string DisplayName, string Connection, IReadOnlyList<PublicationView> Publications);

/// <param name="Kind">"audio" or "video".</param>
/// <param name="Source">"camera", "microphone" or "screen".</param>
public sealed record PublicationView(string PublicationId, string Kind, string Source, bool Muted, bool Active);

/// <summary>Which publication plays on my section with this mid; nulls when it is free.</summary>
public sealed record SlotView(string Mid, string Kind, string? PublicationId, string? ParticipantId, string? Source);

public sealed record NegotiateRequest(string Sdp);

/// <param name="Sdp">The answer; null when refused.</param>
/// <param name="Code">"media.sdp_refused", "consent.required", "call.ended", "session.rejoin".</param>
public sealed record NegotiateResult(string? Sdp, string? Code, string? Detail, IReadOnlyList<SlotView> Slots);

public sealed record SetPublicationsRequest(IReadOnlyList<PublicationUpdate> Publications);

public sealed record PublicationUpdate(string Mid, string Source, bool Muted);

public sealed record ReportStepRequest(string Step);

/// <param name="Measure">"agree_to_agent_frame" (agent page; server relates it to the buyer's Agree), "agree_to_buyer_audio", "agree_to_buyer_frame", "connect", "resume".</param>
/// <param name="Milliseconds">Since Agree on the buyer's page. Agent: since the message consent_given reached it.</param>
public sealed record ReportTimingRequest(string Measure, double Milliseconds);

/// <summary>
/// From RTCPeerConnection.getStats of the page that saw it, pictures of all sections together. Kept in the recording as that page's word; a value that
/// cannot be true is refused with "request.invalid".
/// </summary>
/// <param name="OverMs">Time since the page's report before; counts are of this time.</param>
/// <param name="Frames">Pictures decoded.</param>
/// <param name="Freezes">Pictures that stood still noticeably (freezeCount).</param>
/// <param name="FrozenMs">How long in all (totalFreezesDuration).</param>
/// <param name="BufferMs">Mean wait in the jitter buffer of what was played.</param>
/// <param name="Width">Of the largest picture received; 0 without one.</param>
/// <param name="Height">Of the same.</param>
/// <param name="SentWidth">Of the largest picture sent; 0 without one.</param>
/// <param name="SentHeight">Of the same.</param>
/// <param name="Path">How media reaches the server: "udp", "tcp", "relay" (through TURN), or "" when unknown.</param>
public sealed record ReportQualityRequest(
    double OverMs, int Frames, int Freezes, double FrozenMs, double BufferMs, int Width, int Height, int SentWidth, int SentHeight, string Path);

public sealed record RenewIceServersRequest;

/// <param name="Code">Null when done.</param>
public sealed record IceServersResult(string? Code, IReadOnlyList<IceServer> IceServers);

public sealed record AcknowledgeRequest(long Seq);

/// <param name="HeadHex">As in the checkpoint; another value is refused with "request.invalid".</param>
public sealed record EchoCheckpointRequest(string RecordingId, int Part, long BlockSeq, string HeadHex);

/// <param name="Sends">"video", "stills" (photos by POST /api/buyer/stills or /api/calls/{callId}/stills) or "audio_only".</param>
/// <param name="EstimateBps">What the page thinks its uplink carries; 0 when it does not know.</param>
public sealed record LinkReport(string Sends, long EstimateBps);

public sealed record HangUpRequest(string Reason);

public sealed record LeaveRequest(string Reason);

/// <param name="Code">Null when done.</param>
public sealed record CommandResult(string? Code);

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ParticipantChanged), "participant_changed")]
[JsonDerivedType(typeof(ParticipantGone), "participant_gone")]
[JsonDerivedType(typeof(SlotsChanged), "slots_changed")]
[JsonDerivedType(typeof(NegotiationWanted), "negotiation_wanted")]
[JsonDerivedType(typeof(BuyerStepChanged), "buyer_step_changed")]
[JsonDerivedType(typeof(ConsentGiven), "consent_given")]
[JsonDerivedType(typeof(QualityChanged), "quality_changed")]
[JsonDerivedType(typeof(MediaModeChanged), "media_mode_changed")]
[JsonDerivedType(typeof(StillTaken), "still_taken")]
[JsonDerivedType(typeof(RecordingStateChanged), "recording_state_changed")]
[JsonDerivedType(typeof(Checkpoint), "checkpoint")]
[JsonDerivedType(typeof(RecordingAlarm), "recording_alarm")]
[JsonDerivedType(typeof(CallEnded), "call_ended")]
[JsonDerivedType(typeof(Replaced), "replaced")]
public abstract record CallMessage
{
    /// <summary>1, 2, 3… for this participant.</summary>
    public long Seq { get; init; }
}

/// <summary>Joined, (re)connected, or its publications changed: the whole view.</summary>
public sealed record ParticipantChanged(ParticipantView Participant) : CallMessage;

/// <param name="Reason">"left", "hung_up", "timeout", "transferred".</param>
public sealed record ParticipantGone(string ParticipantId, string Reason) : CallMessage;

/// <summary>All my slots.</summary>
public sealed record SlotsChanged(IReadOnlyList<SlotView> Slots) : CallMessage;

/// <summary>Offer again with at least this many receiving sections of each kind.</summary>
public sealed record NegotiationWanted(int AudioSlots, int VideoSlots, string Reason) : CallMessage;

/// <summary>Staff only.</summary>
public sealed record BuyerStepChanged(string Step) : CallMessage;

/// <summary>The buyer pressed Agree: start the clock of tap-to-first-frame.</summary>
public sealed record ConsentGiven(DateTimeOffset At) : CallMessage;

/// <summary>About once a second. Loss 0..1.</summary>
public sealed record QualityChanged(
    string ParticipantId, double UplinkLoss, double DownlinkLoss, double RoundTripMs, long UplinkBps, long DownlinkBps, string Level) : CallMessage;

/// <summary>A weak link carries photos or only sound instead of video, or carries video again. Who joins later is told of every link that is weak then.</summary>
/// <param name="Sends">"video", "stills" or "audio_only": what comes from the participant.</param>
/// <param name="Receives">The same for what goes to it; while it is not "video" the others send photos for it.</param>
/// <param name="Reason">"weak_uplink", "weak_downlink", "recovered", "rejoined".</param>
public sealed record MediaModeChanged(string ParticipantId, string Sends, string Receives, string Reason) : CallMessage;

/// <summary>A photo in place of video: GET /api/buyer/stills/{participantId} or /api/calls/{callId}/stills/{participantId} gives the latest.</summary>
public sealed record StillTaken(string ParticipantId, string StillId, int Width, int Height) : CallMessage;

/// <param name="State">"recording", "paused", "muxing", "ready", "partial", "empty", "failed".</param>
public sealed record RecordingStateChanged(string State) : CallMessage;

/// <summary>What the recording holds so far, signed; at least every 10 seconds and once more at the end. Pages keep the latest and echo it.</summary>
/// <param name="BlockSeq">Number of the last block it covers.</param>
/// <param name="HeadHex">Head of the hash chain after that block.</param>
/// <param name="Envelope">DSSE envelope as JSON text, payload type application/vnd.aftersales.checkpoint+json.</param>
public sealed record Checkpoint(string RecordingId, int Part, long BlockSeq, string HeadHex, DateTimeOffset At, string Envelope) : CallMessage;

/// <summary>Staff only: the recorder is in trouble, or out of it again.</summary>
/// <param name="Code">
/// Lasting, each ended by its partner: "disk_low" (no new recordings; "disk_recovered"), "video_off" (pictures are left out; "video_on"), "write_failed" (the
/// disk refuses; "write_resumed"), "store_down" (segments wait on this computer; "store_back"). A page that joins later is told of those. Once:
/// "sealed_for_space" (the recording was ended), "journal_continued", "packets_dropped", "segment_conflict", "clock_step".
/// </param>
/// <param name="Detail">What to do about it, in words.</param>
public sealed record RecordingAlarm(string Code, string Detail) : CallMessage;

/// <summary>The last message. Reason as CallView.EndReason.</summary>
public sealed record CallEnded(string Reason) : CallMessage;

/// <summary>Another tab or device took this place; this page must stop.</summary>
public sealed record Replaced(string By) : CallMessage;
