using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Sfu.Taps;

/// <summary>
/// Sees everything that reaches a room: the recorder's place. Called on the media loop; must copy what it keeps, must not
/// block, must not throw, allocates nothing per packet.
/// </summary>
public interface IPacketTap
{
    /// <summary>A publication sends its first packet, or changes codec. The same <see cref="TapTrack.TrackId"/> may start again with another codec.</summary>
    void OnTrackStarted(in TapTrack track, long arrivalNs);

    void OnTrackEnded(ushort trackId, long arrivalNs);

    /// <summary>
    /// A decrypted RTP packet with its original header. A retransmission (RFC 4588) is handed over as the original packet it
    /// restores, once, with <paramref name="recovered"/> set; duplicates are dropped before the tap.
    /// </summary>
    void OnRtp(ushort trackId, long arrivalNs, bool recovered, ReadOnlySpan<byte> packet);

    /// <summary>RTCP sender report of a track: the pair that ties RTP time to the sender's wall clock (RFC 3550 §6.4.1).</summary>
    void OnSenderReport(ushort trackId, long arrivalNs, ulong ntpTimestamp, uint rtpTimestamp, uint packetCount, uint octetCount);

    /// <summary>Join, leave, mute, reconnect… in the room's own words.</summary>
    void OnRoomEvent(in TapRoomEvent roomEvent, long arrivalNs);

    /// <summary>
    /// Asked each 10 ms: true, once, when what the tap kept so far does not decode on, and every video source must send a key frame.
    /// </summary>
    bool TakeKeyFrameWish() => false;

    /// <summary>A video source that sends, but sent no key frame for so long, is asked for one. 0: never for this tap's sake. Read each 10 ms.</summary>
    long KeyFrameIntervalNs => 0;
}

/// <param name="TrackId">Small and unique within the room; never reused.</param>
/// <param name="ParticipantId">The room's id of the participant.</param>
/// <param name="Role">"buyer", "agent", "expert", "supervisor".</param>
/// <param name="Source">"camera", "microphone" or "screen".</param>
public readonly record struct TapTrack(
    ushort TrackId, string ParticipantId, string Role, string Source, MediaKind Kind, NegotiatedCodec Codec, uint Ssrc);

/// <param name="Kind">"participant_joined", "participant_connected", "dtls_connected" (certificate fingerprints of both ends), "participant_interrupted", "participant_left", "muted", "unmuted", "media_advice" (direction, mode, reason and estimate: "downlink stills weak_link 96 kbit/s").</param>
/// <param name="Detail">For example the source that was muted, or a close reason. Empty when there is none.</param>
public readonly record struct TapRoomEvent(string Kind, string ParticipantId, string Role, string Detail);
