using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Forwarding;
using AfterSales.Video.Sfu.Publications;
using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Sfu.Subscriptions;

/// <summary>
/// Makes what plays follow what is wanted: everyone receives everyone else, as far as slots go. Runs when something changes, and
/// each half second while voices compete for slots. Tells what changed, once.
/// </summary>
internal sealed class SubscriptionReconciler(SfuOptions options)
{
    /// <summary>Of the 8 sections of an offer, at most 4 of each kind receive.</summary>
    private const int MaxSlots = 4;

    private const long VoicesNs = 500_000_000;

    private readonly Dictionary<string, IReadOnlyList<PublicationSnapshot>> _told = new(StringComparer.Ordinal);
    private long _lastVoicesNs;
    private long _wishAtNs;

    public static IReadOnlyList<string> PreferredVideoCodecs(Participant publisher, IReadOnlyList<Participant> participants)
    {
        var all = new MediaPolicy().VideoCodecs;
        var common = all.Where(codec => participants.All(other => !Hears(other, publisher) || CanReceive(other, codec))).ToArray();
        // The others stay behind them: a section also receives.
        return [.. common, .. all.Except(common, StringComparer.Ordinal)];
    }

    public void Tick(Room room, long nowNs)
    {
        if (nowNs - _lastVoicesNs >= VoicesNs)
        {
            _lastVoicesNs = nowNs;
            if (HasCompetingVoices(room))
                Reconcile(room);
        }
        if (_wishAtNs == 0 || nowNs < _wishAtNs)
            return;
        _wishAtNs = 0;
        foreach (var participant in room.Participants)
            Wish(room, participant);
    }

    public void Reconcile(Room room)
    {
        foreach (var participant in room.Participants)
        {
            if (participant.Downlink is not { } downlink)
                continue;
            Place(room, participant, downlink, MediaKind.Audio);
            Place(room, participant, downlink, MediaKind.Video);
            TellSlots(room, participant, downlink);
        }
        WishSoon(room.Loop.NowNs);
    }

    /// <summary>Several changes in a row make one wish.</summary>
    public void WishSoon(long nowNs)
    {
        if (_wishAtNs == 0)
            _wishAtNs = nowNs + (long)options.NegotiationDelay.TotalNanoseconds;
    }

    public void TellPublications(Room room, Participant participant)
    {
        IReadOnlyList<PublicationSnapshot> now = [.. participant.Publications.Where(item => item.IsAnnounced).Select(item => item.ToSnapshot())];
        if (_told.TryGetValue(participant.ParticipantId, out var before) ? before.SequenceEqual(now) : now.Count == 0)
            return;
        _told[participant.ParticipantId] = now;
        room.Emit(new RoomEvent.PublicationsChanged(participant.ParticipantId, now));
    }

    public void Forget(Participant participant) => _told.Remove(participant.ParticipantId);

    private static void Place(Room room, Participant subscriber, Downlink downlink, MediaKind kind)
    {
        var slots = downlink.Tracks.Where(track => track.Section.Kind == kind).ToArray();
        if (slots.Length == 0)
            return;
        var offered = Offered(room, subscriber, kind).ToArray();
        var placed = SlotAllocator.Allocate(
            kind,
            [.. slots.Select(slot => slot.Publication?.Id)],
            [.. offered.Select(publication => publication.ToCandidate())]);
        // Empty first: a publication never plays in two slots, not even for a moment.
        for (var i = 0; i < slots.Length; i++)
        {
            if (placed[i] is null || !string.Equals(placed[i], slots[i].Publication?.Id, StringComparison.Ordinal))
                slots[i].Assign(null);
        }
        for (var i = 0; i < slots.Length; i++)
            slots[i].Assign(Array.Find(offered, publication => string.Equals(publication.Id, placed[i], StringComparison.Ordinal)));
    }

    private static bool Hears(Participant subscriber, Participant publisher) =>
        subscriber != publisher && !subscriber.Spec.IsSameOwner(publisher.Spec);

    private static IEnumerable<Publication> Offered(Room room, Participant subscriber, MediaKind kind) =>
        room.Participants
            .Where(other => Hears(subscriber, other))
            .SelectMany(other => other.Publications)
            .Where(publication => publication.Kind == kind && publication.IsAnnounced);

    private static void TellSlots(Room room, Participant participant, Downlink downlink)
    {
        IReadOnlyList<SlotAssignment> slots = [.. downlink.Tracks.Select(track => new SlotAssignment(
            track.Section.Mid, track.Section.Kind, track.Publication?.Id, track.Publication?.Owner.ParticipantId, track.Publication?.Source))];
        if (slots.SequenceEqual(participant.ToldSlots))
            return;
        participant.ToldSlots = slots;
        room.Emit(new RoomEvent.SlotsChanged(participant.ParticipantId, slots));
    }

    private static void Wish(Room room, Participant participant)
    {
        if (participant.Session is null || participant.Downlink is not { } downlink)
            return;
        var audio = Slots(downlink, MediaKind.Audio);
        var video = Slots(downlink, MediaKind.Video);
        var wish = (
            Audio: Math.Max(audio, Math.Min(MaxSlots, Offered(room, participant, MediaKind.Audio).Count())),
            Video: Math.Max(video, Math.Min(MaxSlots, Offered(room, participant, MediaKind.Video).Count())));
        if (participant.Spec.MaySubscribe && wish != (audio, video) && wish != participant.ToldWish)
        {
            participant.ToldWish = wish;
            room.Emit(new RoomEvent.NegotiationWanted(participant.ParticipantId, wish.Audio, wish.Video, "slots"));
        }
        else if (!participant.CodecWishTold && IsUndecodable(room, participant))
        {
            participant.CodecWishTold = true;
            room.Emit(new RoomEvent.NegotiationWanted(participant.ParticipantId, wish.Audio, wish.Video, "codec"));
        }
    }

    /// <summary>Somebody cannot decode what this participant sends, and there is another codec everybody could.</summary>
    private static bool IsUndecodable(Room room, Participant participant)
    {
        foreach (var publication in participant.Publications)
        {
            var sent = publication.Current?.Codec ?? (publication.Section.Codecs.Count > 0 ? publication.Section.Codecs[0] : null);
            if (publication.Kind != MediaKind.Video || sent is null || !publication.IsAnnounced)
                continue;
            if (room.Participants.Any(other => Hears(other, participant) && !CanReceive(other, sent)))
                return true;
        }
        return false;
    }

    private static bool CanReceive(Participant subscriber, string codec) =>
        !Receives(subscriber) || VideoSlots(subscriber).Any(slot => slot.Codecs.Any(item => string.Equals(item.Name, codec, StringComparison.OrdinalIgnoreCase)));

    private static bool CanReceive(Participant subscriber, NegotiatedCodec codec) =>
        !Receives(subscriber) || VideoSlots(subscriber).Any(slot => CodecMatch.Find(codec, slot.Codecs) is not null);

    /// <summary>Who has no receiving section yet says nothing about codecs.</summary>
    private static bool Receives(Participant subscriber) => VideoSlots(subscriber).Any();

    private static IEnumerable<NegotiatedMedia> VideoSlots(Participant subscriber) =>
        subscriber.Downlink is { } downlink ? downlink.Tracks.Where(track => track.IsVideo).Select(track => track.Section) : [];

    private static int Slots(Downlink downlink, MediaKind kind) => downlink.Tracks.Count(track => track.Section.Kind == kind);

    private static bool HasCompetingVoices(Room room)
    {
        var voices = 0;
        foreach (var participant in room.Participants)
        {
            foreach (var publication in participant.Publications)
                voices += publication.Kind == MediaKind.Audio && publication.IsAnnounced ? 1 : 0;
        }
        foreach (var participant in room.Participants)
        {
            if (participant.Downlink is { } downlink && CountVoices(downlink) < voices - 1)
                return true;
        }
        return false;
    }

    private static int CountVoices(Downlink downlink)
    {
        var slots = 0;
        foreach (var track in downlink.Tracks)
            slots += track.IsVideo ? 0 : 1;
        return slots;
    }
}
