namespace AfterSales.Video.Contracts.Http;

/// <summary>
/// Every refusal is application/problem+json (RFC 9457) with "code" as a stable extension member; these are the codes.
/// </summary>
public static class ProblemCodes
{
    public const string Unauthenticated = "session.unauthenticated";
    public const string Forbidden = "session.forbidden";
    public const string SignInFailed = "session.sign_in_failed";
    public const string LockedOut = "session.locked_out";
    public const string PasswordChangeRequired = "session.password_change_required";
    public const string PasswordTooWeak = "session.password_too_weak";
    public const string OriginRefused = "request.origin_refused";
    public const string RequestInvalid = "request.invalid";
    public const string RequestTooLarge = "request.too_large";
    public const string TooManyRequests = "request.too_many";
    public const string NotFound = "request.not_found";
    public const string TicketNotFound = "ticket.not_found";
    public const string TicketClosed = "ticket.closed";
    public const string TicketNotesConflict = "ticket.notes_conflict";
    public const string AgentExists = "agent.exists";
    public const string CallNotFound = "call.not_found";
    public const string CallEnded = "call.ended";
    public const string CallAlreadyActive = "call.already_active";
    public const string CallsAtCapacity = "call.at_capacity";
    public const string RecordingNotReady = "recording.not_ready";
    public const string RecordingNotFound = "recording.not_found";
    public const string RecordingNotSealed = "recording.not_sealed";
    public const string RecordingOnHold = "recording.on_hold";
    public const string RecordingErased = "recording.erased";
    public const string RecordingFileChanged = "recording.file_changed";
    public const string RecordingNotRunning = "recording.not_running";
    public const string ConfirmationWrong = "recording.confirmation_wrong";
    public const string HoldNotFound = "hold.not_found";
    public const string ReceiptNotFound = "receipt.not_found";
    public const string EvidenceKeyNotFound = "evidence_key.not_found";
    public const string DiskFull = "recording.disk_full";
    public const string LinkNotValid = "link.not_valid";
    public const string ConsentRequired = "consent.required";
    public const string ConsentOutdated = "consent.outdated";
    public const string PhotoNotAccepted = "photo.not_accepted";
    public const string StillCameraOff = "still.camera_off";
    public const string SdpRefused = "media.sdp_refused";
    public const string RoomFull = "media.room_full";
    public const string Unavailable = "server.unavailable";
    public const string Unexpected = "server.unexpected";
}
