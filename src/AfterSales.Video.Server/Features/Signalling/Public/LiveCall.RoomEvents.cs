using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Server.Features.Signalling.Public;

/// <summary>What the media room tells, retold to the participants.</summary>
internal sealed partial class LiveCall
{
    private async Task PumpAsync()
    {
        await foreach (var roomEvent in _events.Reader.ReadAllAsync())
        {
            try
            {
                Apply(roomEvent);
                if (roomEvent is RoomEvent.PeerClosed { Reason: not "Requested" } closed && Find(closed.ParticipantId) is { IsProgram: true } program)
                    await RemoveAsync(program, "left", CancellationToken.None);
                if (_eventsLost)
                    await ResynchroniseAsync();
            }
            catch (Exception fault)
            {
                Log.EventFailed(_logger, fault, CallId, roomEvent.GetType().Name);
            }
        }
    }

    private void Apply(RoomEvent roomEvent)
    {
        switch (roomEvent)
        {
            case RoomEvent.ParticipantConnected connected:
                Connection(connected.ParticipantId, connected: true, interrupted: false);
                break;
            case RoomEvent.ParticipantInterrupted interrupted:
                Connection(interrupted.ParticipantId, connected: true, interrupted: true);
                break;
            case RoomEvent.PeerClosed closed:
                Connection(closed.ParticipantId, connected: false, interrupted: false);
                break;
            case RoomEvent.PublicationsChanged changed:
                Publications(changed.ParticipantId, changed.Publications);
                break;
            case RoomEvent.SlotsChanged changed:
                Slots(changed.ParticipantId, changed.Slots);
                break;
            case RoomEvent.NegotiationWanted wanted:
                Find(wanted.ParticipantId)?.Send(new NegotiationWanted(wanted.AudioSlots, wanted.VideoSlots, wanted.Reason));
                break;
            case RoomEvent.MediaAdvice { Direction: LinkDirection.Downlink } advice:
                AdviseDownlink(advice.ParticipantId, Mode(advice.Mode), advice.EstimateBps);
                break;
            case RoomEvent.Quality quality:
                Quality(quality.ParticipantId, quality.Value);
                break;
        }
    }

    private void Connection(string participantId, bool connected, bool interrupted)
    {
        if (Find(participantId) is not { } place)
            return;
        place.MediaConnected(connected, interrupted);
        Broadcast(new ParticipantChanged(place.View()));
    }

    private void Publications(string participantId, IReadOnlyList<PublicationSnapshot> publications)
    {
        if (Find(participantId) is not { } place)
            return;
        place.SetPublications(publications.Select(p => new PublicationView(p.PublicationId, Kind(p.Kind), p.Source, p.Muted, p.Active)).ToList());
        Broadcast(new ParticipantChanged(place.View()));
    }

    private void Slots(string participantId, IReadOnlyList<SlotAssignment> slots)
    {
        if (Find(participantId) is not { } place)
            return;
        place.SetSlots(Views(slots));
        place.Send(new SlotsChanged(place.Slots));
    }

    private void Quality(string participantId, ParticipantQuality quality)
    {
        Broadcast(new QualityChanged(
            participantId, quality.UplinkLoss, quality.DownlinkLoss, quality.RoundTripMs, quality.UplinkBps, quality.DownlinkBps, Level(quality)));
        _qualityMeter.Record(quality);
        if (_recording is { } recording && _quality.Add(participantId, Find(participantId)?.Role ?? "", quality) is { } tenSeconds)
            recording.AppendEvent(tenSeconds);
    }

    /// <summary>What a page saw of the call; false when it says so too often.</summary>
    public bool TryTake(Place place, ReportQualityRequest seen)
    {
        if (!_quality.TryAdd(place.ParticipantId, place.Role, seen))
            return false;
        _qualityMeter.Record(place.Role, seen);
        return true;
    }

    // Events were lost to a full queue: the room's own state is the truth.
    private async Task ResynchroniseAsync()
    {
        _eventsLost = false;
        var snapshot = await _room!.SnapshotAsync(CancellationToken.None);
        foreach (var participant in snapshot.Participants)
        {
            Find(participant.ParticipantId)?.MediaConnected(participant.Connected, false);
            Slots(participant.ParticipantId, participant.Slots);
            AdviseDownlink(participant.ParticipantId, Mode(participant.DownlinkMode), participant.Quality.DownlinkEstimateBps);
            Publications(participant.ParticipantId, snapshot.Publications.Where(p => p.ParticipantId == participant.ParticipantId).ToList());
        }

        Log.EventsLost(_logger, CallId);
    }

    internal static IReadOnlyList<SlotView> Views(IReadOnlyList<SlotAssignment> slots) =>
        slots.Select(s => new SlotView(s.Mid, Kind(s.Kind), s.PublicationId, s.FromParticipantId, s.Source)).ToList();

    private static string Mode(MediaMode mode) => mode switch
    {
        MediaMode.Video => "video",
        MediaMode.Stills => "stills",
        _ => "audio_only",
    };

    private static string Kind(MediaKind kind) => kind == MediaKind.Audio ? "audio" : "video";

    /// <summary>Above 3 % loss or 300 ms people notice; above 10 % or 600 ms they complain.</summary>
    private static string Level(ParticipantQuality quality)
    {
        var loss = Math.Max(quality.UplinkLoss, quality.DownlinkLoss);
        if (loss > 0.10 || quality.RoundTripMs > 600)
            return "poor";
        return loss > 0.03 || quality.RoundTripMs > 300 ? "fair" : "good";
    }

    private static partial class Log
    {
        [LoggerMessage(1301, LogLevel.Error, "Call {CallId}: telling {RoomEvent} to the participants failed")]
        public static partial void EventFailed(ILogger logger, Exception fault, string callId, string roomEvent);

        [LoggerMessage(1302, LogLevel.Warning, "Call {CallId}: room events were lost to a full queue; the state was read anew")]
        public static partial void EventsLost(ILogger logger, string callId);
    }
}
