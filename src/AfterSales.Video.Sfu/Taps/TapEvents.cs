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
            _ => ("", "", ""),
        };
        if (kind.Length > 0)
            taps.RoomEvent(new TapRoomEvent(kind, participantId, room.Find(participantId)?.Role ?? "", detail), room.Loop.NowNs);
    }
}
