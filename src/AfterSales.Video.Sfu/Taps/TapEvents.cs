using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Sfu.Taps;

/// <summary>The room's events in the words of a recording.</summary>
internal static class TapEvents
{
    public static void Tell(TapFanOut taps, Room room, RoomEvent roomEvent)
    {
        if (!taps.Any)
            return;
        var (kind, participantId, detail) = roomEvent switch
        {
            RoomEvent.ParticipantJoined joined => ("participant_joined", joined.ParticipantId, ""),
            RoomEvent.ParticipantConnected connected => ("participant_connected", connected.ParticipantId, connected.TransportProtocol),
            RoomEvent.ParticipantInterrupted interrupted => ("participant_interrupted", interrupted.ParticipantId, ""),
            RoomEvent.PeerClosed closed => ("participant_interrupted", closed.ParticipantId, closed.Reason),
            RoomEvent.ParticipantLeft left => ("participant_left", left.ParticipantId, left.Reason),
            RoomEvent.MediaAdvice advice => ("media_advice", advice.ParticipantId, Words(advice)),
            _ => ("", "", ""),
        };
        if (kind.Length == 0)
            return;
        var participant = room.Find(participantId);
        taps.RoomEvent(new TapRoomEvent(kind, participantId, participant?.Role ?? "", detail), room.Loop.NowNs);
        if (roomEvent is RoomEvent.ParticipantConnected && participant is not null)
            taps.RoomEvent(Fingerprints(participant), room.Loop.NowNs);
    }

    private static string Words(RoomEvent.MediaAdvice advice)
    {
        var direction = advice.Direction == LinkDirection.Uplink ? "uplink" : "downlink";
        var mode = advice.Mode switch
        {
            MediaMode.Video => "video",
            MediaMode.Stills => "stills",
            _ => "audio_only",
        };
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{direction} {mode} {advice.Reason} {advice.EstimateBps / 1000} kbit/s");
    }

    /// <summary>Which certificates the media came under: what a recording is tied to its participants by.</summary>
    public static TapRoomEvent Fingerprints(Participant participant) => new("dtls_connected", participant.ParticipantId, participant.Role, participant.Fingerprints);
}
