using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Sfu.Rooms;

/// <summary>
/// A call's meeting place: up to 8 participants on one media loop. Callable from any thread; every call is carried to the loop
/// and its result back. Subscriptions are desired state: everyone receives everyone else, placed on the receiving
/// m-sections ("slots") the participant offered.
/// </summary>
public interface IRoom
{
    string RoomId { get; }

    /// <summary>Adds a participant (no media yet). Refused when the room is full or closed.</summary>
    Task<RoomResult> JoinAsync(ParticipantSpec participant, CancellationToken ct);

    /// <summary>First or later offer of a participant: creates or updates its peer and answers in one round trip.</summary>
    Task<NegotiationResult> NegotiateAsync(string participantId, string offerSdp, CancellationToken ct);

    /// <summary>
    /// What the participant says about its own sections: source by mid, and whether each is muted. Packets of a muted section are neither
    /// forwarded nor recorded.
    /// </summary>
    Task<RoomResult> SetPublicationsAsync(string participantId, IReadOnlyList<PublicationSpec> publications, CancellationToken ct);

    /// <summary>Drops the peer but keeps the participant (a WHIP DELETE, or a page about to come back).</summary>
    Task<RoomResult> DisconnectAsync(string participantId, CancellationToken ct);

    Task<RoomResult> LeaveAsync(string participantId, string reason, CancellationToken ct);

    Task CloseAsync(string reason, CancellationToken ct);

    /// <summary>
    /// Lets a tap see everything from now on: it is told the tracks and participants that already exist, every video source is
    /// asked for a key frame, and lost packets are asked for longer (evidence has no deadline). At most 4 taps.
    /// </summary>
    Task<RoomResult> AttachTapAsync(IPacketTap tap, CancellationToken ct);

    /// <summary>Done when the tap will not be called any more; running tracks are not ended for it. Unknown taps are ignored.</summary>
    Task<RoomResult> DetachTapAsync(IPacketTap tap, CancellationToken ct);

    /// <summary>
    /// What the participant's own page measures of its way to the server: the only one who knows it while the page sends little. Each second or two is
    /// enough; what is older than 5 s is forgotten. Refused ("uplink.bad_report") when negative.
    /// </summary>
    Task<RoomResult> ReportUplinkAsync(string participantId, UplinkReport report, CancellationToken ct);

    /// <summary>State for late joiners, metrics and tests.</summary>
    Task<RoomSnapshot> SnapshotAsync(CancellationToken ct);
}

/// <summary>Hears a room's events in order, on the media loop. Must not block: hand over to a bounded queue.</summary>
public interface IRoomObserver
{
    void OnRoomEvent(string roomId, RoomEvent roomEvent);
}

/// <param name="Error">Null when it was done. Stable codes: "room.full", "room.closed", "room.busy", "room.too_many_taps", "participant.unknown", "participant.exists", "publication.unknown_mid", "publication.bad_source", "uplink.bad_report".</param>
public readonly record struct RoomResult(string? Error)
{
    public static RoomResult Done => default;
    public bool IsDone => Error is null;
}

/// <param name="ParticipantId">Chosen by the caller, unique in the room.</param>
/// <param name="Role">"buyer", "agent", "expert", "supervisor".</param>
public sealed record ParticipantSpec(string ParticipantId, string Role)
{
    public bool MayPublish { get; init; } = true;
    public bool MaySubscribe { get; init; } = true;

    /// <summary>Participants of one owner (a program that publishes and plays) do not receive each other: they would hear themselves. Null: nobody else's.</summary>
    public string? OwnerId { get; init; }

    internal bool IsSameOwner(ParticipantSpec other) => OwnerId is not null && string.Equals(OwnerId, other.OwnerId, StringComparison.Ordinal);
}

/// <param name="Mid">The m-section of the participant's own offer.</param>
/// <param name="Source">"camera", "microphone" or "screen".</param>
public sealed record PublicationSpec(string Mid, string Source, bool Muted);

public abstract record RoomEvent
{
    private RoomEvent()
    {
    }

    public sealed record ParticipantJoined(string ParticipantId, string Role) : RoomEvent;

    /// <summary>Media can flow: ICE and DTLS are done.</summary>
    public sealed record ParticipantConnected(string ParticipantId, string TransportProtocol) : RoomEvent;

    /// <summary>Nothing heard for 5 s; the participant stays in the room.</summary>
    public sealed record ParticipantInterrupted(string ParticipantId) : RoomEvent;

    /// <summary>The peer ended without the participant leaving; a new offer brings it back.</summary>
    public sealed record PeerClosed(string ParticipantId, string Reason) : RoomEvent;

    public sealed record ParticipantLeft(string ParticipantId, string Reason) : RoomEvent;

    /// <summary>What others can receive from this participant, complete each time.</summary>
    public sealed record PublicationsChanged(string ParticipantId, IReadOnlyList<PublicationSnapshot> Publications) : RoomEvent;

    /// <summary>Which publication plays on which of the participant's sections, complete each time.</summary>
    public sealed record SlotsChanged(string ParticipantId, IReadOnlyList<SlotAssignment> Slots) : RoomEvent;

    /// <summary>The participant should add receiving sections (or narrow its codecs) and offer again.</summary>
    public sealed record NegotiationWanted(string ParticipantId, int AudioSlots, int VideoSlots, string Reason) : RoomEvent;

    /// <summary>Once a second per connected participant.</summary>
    public sealed record Quality(string ParticipantId, ParticipantQuality Value) : RoomEvent;

    /// <summary>
    /// What one direction of a participant's link is good for from now on; said once per change, "video" is the silent beginning and what a new peer
    /// begins with again. Downlink (server → participant): the server acts on it by itself, in stills and audio_only it forwards no video to this
    /// participant but records on. Uplink (participant → server): the page should act, that is send stills instead of its camera, or only sound.
    /// </summary>
    /// <param name="EstimateBps">What the direction carries altogether, as far as known; 0 when unknown.</param>
    /// <param name="Reason">"weak_link", "recovered", "trial" (nothing is known, try again: it may fall back soon) or "reconnected".</param>
    public sealed record MediaAdvice(string ParticipantId, LinkDirection Direction, MediaMode Mode, long EstimateBps, string Reason) : RoomEvent;

    public sealed record Closed(string Reason) : RoomEvent;
}

public sealed record PublicationSnapshot(string PublicationId, string ParticipantId, string Role, MediaKind Kind, string Source, bool Muted, bool Active);

/// <param name="PublicationId">Null when the slot is empty now.</param>
public sealed record SlotAssignment(string Mid, MediaKind Kind, string? PublicationId, string? FromParticipantId, string? Source);

/// <summary>Uplink is participant → server, downlink server → participant. Loss in 0..1, over the last second.</summary>
public sealed record ParticipantQuality
{
    public double UplinkLoss { get; init; }
    public double DownlinkLoss { get; init; }
    public double RoundTripMs { get; init; }
    public long UplinkBps { get; init; }
    public long DownlinkBps { get; init; }

    /// <summary>Estimated capacity of the downlink; 0 when unknown.</summary>
    public long DownlinkEstimateBps { get; init; }
    public long RepairedPackets { get; init; }

    /// <summary>Interarrival jitter (RFC 3550 §6.4.1) of the worst source; the downlink's as the participant reports it.</summary>
    public double UplinkJitterMs { get; init; }
    public double DownlinkJitterMs { get; init; }

    /// <summary>Packets from the participant in the last second, and those missing before repair.</summary>
    public int ReceivedPackets { get; init; }
    public int LostPackets { get; init; }

    /// <summary>Codec of the picture the participant sends, as in SDP; empty without one.</summary>
    public string VideoCodec { get; init; } = "";

    /// <summary>Which of its encodings is forwarded, 0 without simulcast, and that one's bitrate.</summary>
    public int VideoLayer { get; init; }
    public long VideoBps { get; init; }
}

public sealed record RoomSnapshot(
    string RoomId,
    IReadOnlyList<ParticipantSnapshot> Participants,
    IReadOnlyList<PublicationSnapshot> Publications);

public sealed record ParticipantSnapshot(string ParticipantId, string Role, bool Connected, ParticipantQuality Quality, IReadOnlyList<SlotAssignment> Slots)
{
    public MediaMode UplinkMode { get; init; }
    public MediaMode DownlinkMode { get; init; }
}
