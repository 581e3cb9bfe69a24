using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Publications;
using AfterSales.Video.Sfu.Subscriptions;
using AfterSales.Video.Sfu.Taps;
using AfterSales.Video.Sfu.Telemetry;

namespace AfterSales.Video.Sfu.Rooms;

/// <summary>The state of one room, confined to its media loop. <see cref="RoomHandle"/> is what others hold.</summary>
internal sealed class Room(string roomId, LoopRooms home)
{
    private readonly List<Participant> _participants = [];
    private readonly Dictionary<uint, Participant> _sources = [];
    private readonly SubscriptionReconciler _subscriptions = new(home.Options);
    private int _nextOrder;
    private ushort _nextTrackId = 1;
    private long _lastSecondNs;
    private long _lastCapsNs;
    private bool _isClosed;

    public string RoomId { get; } = roomId;
    public IMediaLoop Loop => home.Loop;
    public SfuOptions Options => home.Options;
    public SfuCounters Counters => home.Counters;
    public TapFanOut Taps { get; } = new();
    public IReadOnlyList<Participant> Participants => _participants;

    /// <summary>Shared by all rooms of the loop: used and sent within one call.</summary>
    public byte[] RtcpScratch => home.RtcpScratch;
    public byte[] RtpScratch => home.RtpScratch;

    public long ServerNs(long nowNs) => home.ServerNs(nowNs);

    public int NextOrder() => _nextOrder++;

    public RoomResult Join(ParticipantSpec spec)
    {
        if (_isClosed)
            return new RoomResult("room.closed");
        if (Find(spec.ParticipantId) is not null)
            return new RoomResult("participant.exists");
        if (_participants.Count >= Options.MaxParticipants)
            return new RoomResult("room.full");
        _participants.Add(new Participant(this, spec, NextOrder()));
        SfuCounters.ParticipantsChanged(1);
        Emit(new RoomEvent.ParticipantJoined(spec.ParticipantId, spec.Role));
        return RoomResult.Done;
    }

    public NegotiationResult Negotiate(string participantId, string offerSdp)
    {
        if (_isClosed)
            return NegotiationResult.Refused("room.closed", "The room is closed.");
        if (Find(participantId) is not { } participant)
            return NegotiationResult.Refused("participant.unknown", "Join first.");
        return participant.Negotiate(offerSdp, new MediaPolicy
        {
            AllowPublish = participant.Spec.MayPublish,
            AllowSubscribe = participant.Spec.MaySubscribe,
            VideoCodecs = SubscriptionReconciler.PreferredVideoCodecs(participant, _participants),
        });
    }

    public RoomResult SetPublications(string participantId, IReadOnlyList<PublicationSpec> publications) =>
        Find(participantId)?.SetPublications(publications) ?? Unknown();

    public RoomResult ReportUplink(string participantId, UplinkReport report)
    {
        if (Find(participantId) is not { } participant)
            return Unknown();
        if (report.AvailableBps < 0)
            return new RoomResult("uplink.bad_report");
        participant.Advisor.OnReport(report);
        return RoomResult.Done;
    }

    public RoomResult Disconnect(string participantId)
    {
        if (Find(participantId) is not { } participant)
            return Unknown();
        participant.DropPeer(PeerCloseReason.Requested);
        participant.ForgetMutes();
        return RoomResult.Done;
    }

    public RoomResult Leave(string participantId, string reason)
    {
        if (Find(participantId) is not { } participant)
            return Unknown();
        Remove(participant, reason);
        OnPublicationsChanged(null);
        return RoomResult.Done;
    }

    public void Close(string reason)
    {
        if (_isClosed)
            return;
        _isClosed = true;
        while (_participants.Count > 0)
            Remove(_participants[^1], reason);
        Emit(new RoomEvent.Closed(reason));
        home.Remove(this);
    }

    public RoomResult AttachTap(IPacketTap tap)
    {
        if (_isClosed)
            return new RoomResult("room.closed");
        if (!Taps.TryAttach(tap))
            return new RoomResult("room.too_many_taps");
        var now = Loop.NowNs;
        foreach (var participant in _participants)
        {
            tap.OnRoomEvent(new TapRoomEvent("participant_joined", participant.ParticipantId, participant.Role, ""), now);
            if (participant.IsConnected)
            {
                tap.OnRoomEvent(new TapRoomEvent("participant_connected", participant.ParticipantId, participant.Role, participant.TransportProtocol), now);
                tap.OnRoomEvent(TapEvents.Fingerprints(participant), now);
            }

            foreach (var track in participant.Uplink?.Tracks ?? [])
                track.Introduce(tap, now);
            foreach (var publication in participant.Publications)
            {
                if (publication.Muted)
                    tap.OnRoomEvent(new TapRoomEvent("muted", participant.ParticipantId, participant.Role, publication.Source), now);
            }
        }
        return RoomResult.Done;
    }

    public RoomResult DetachTap(IPacketTap tap)
    {
        Taps.Detach(tap);
        return RoomResult.Done;
    }

    public RoomSnapshot ToSnapshot() => new(
        RoomId,
        [.. _participants.Select(participant => participant.ToSnapshot())],
        [.. _participants.SelectMany(participant => participant.Publications).Where(publication => publication.IsAnnounced).Select(publication => publication.ToSnapshot())]);

    /// <summary>Every 10 ms.</summary>
    public void Tick(long nowNs)
    {
        if (Taps.TakeKeyFrameWish())
            WantKeyFrames();
        for (var i = 0; i < _participants.Count; i++)
            _participants[i].Tick(nowNs);
        _subscriptions.Tick(this, nowNs);
        TellCaps(nowNs);
        if (nowNs - _lastSecondNs < 1_000_000_000)
            return;
        _lastSecondNs = nowNs;
        for (var i = 0; i < _participants.Count; i++)
            _participants[i].OnSecond(nowNs);
    }

    /// <summary>Somebody's publications began, ended, changed or moved: places are found at once, so that no first key frame is missed.</summary>
    public void OnPublicationsChanged(Participant? changed)
    {
        if (_isClosed)
            return;
        _subscriptions.Reconcile(this);
        if (changed is not null && _participants.Contains(changed))
            _subscriptions.TellPublications(this, changed);
    }

    public void OnCodecChanged(Publication publication)
    {
        foreach (var subscriber in publication.Subscribers)
        {
            subscriber.MapPayloadTypes();
            subscriber.Restart();
        }
        _subscriptions.WishSoon(Loop.NowNs);
    }

    public void OnMuted(Publication publication, bool muted) =>
        Taps.RoomEvent(new TapRoomEvent(muted ? "muted" : "unmuted", publication.Owner.ParticipantId, publication.Owner.Role, publication.Source), Loop.NowNs);

    /// <summary>A section is gone for good: whoever shows it shows nothing now.</summary>
    public static void Retire(Publication publication)
    {
        while (publication.Subscribers.Count > 0)
            publication.Subscribers[^1].Assign(null);
    }

    /// <summary>What a publisher is asked to stay under.</summary>
    public long CapFor(Participant publisher) => Bandwidth.PublisherCap.For(publisher, Options);

    public bool TryClaimSource(uint ssrc, Participant owner) => _sources.TryAdd(ssrc, owner) || _sources[ssrc] == owner;

    public bool IsSourceFree(uint ssrc, Participant owner) => !_sources.TryGetValue(ssrc, out var other) || other == owner;

    public void ReleaseSource(uint ssrc, Participant owner)
    {
        if (_sources.TryGetValue(ssrc, out var known) && known == owner)
            _sources.Remove(ssrc);
    }

    /// <summary>Ids are never reused; after 65,535 tracks the room takes no more.</summary>
    public bool TryTakeTrackId(out ushort trackId)
    {
        trackId = _nextTrackId;
        if (_nextTrackId == 0)
            return false;
        _nextTrackId++;
        return true;
    }

    public void Emit(RoomEvent roomEvent)
    {
        TapEvents.Tell(Taps, this, roomEvent);
        home.Observer.OnRoomEvent(RoomId, roomEvent);
    }

    public Participant? Find(string participantId)
    {
        foreach (var participant in _participants)
        {
            if (string.Equals(participant.ParticipantId, participantId, StringComparison.Ordinal))
                return participant;
        }
        return null;
    }

    /// <summary>A link that shrank cannot wait for the second: what is sent above it queues up. Nor need one that a probe found wide.</summary>
    private void TellCaps(long nowNs)
    {
        if (nowNs - _lastCapsNs < 200_000_000)
            return;
        _lastCapsNs = nowNs;
        for (var i = 0; i < _participants.Count; i++)
            _participants[i].Uplink?.TellCap(CapFor(_participants[i]));
    }

    private void WantKeyFrames()
    {
        foreach (var participant in _participants)
            participant.Uplink?.WantKeyFrames();
    }

    private void Remove(Participant participant, string reason)
    {
        participant.DropPeer(PeerCloseReason.Requested);
        Emit(new RoomEvent.ParticipantLeft(participant.ParticipantId, reason));
        _participants.Remove(participant);
        SfuCounters.ParticipantsChanged(-1);
        foreach (var publication in participant.Publications)
            Retire(publication);
        _subscriptions.Forget(participant);
    }

    private RoomResult Unknown() => new(_isClosed ? "room.closed" : "participant.unknown");
}
