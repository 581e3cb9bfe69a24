using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc;

/// <summary>
/// One WebRTC transport to one remote browser or program: BUNDLE-only, rtcp-mux, ICE-lite answerer.
/// Members are called on the owning media loop only. Another stack can be put behind this interface.
/// </summary>
public interface IPeer
{
    PeerState State { get; }

    /// <summary>What was negotiated last; null before the first accepted offer.</summary>
    NegotiatedSession? Session { get; }

    PeerStatistics Statistics { get; }

    /// <summary>Of the certificate this end shows; the remote one's is in <see cref="Session"/>.</summary>
    DtlsFingerprint LocalFingerprint { get; }

    /// <summary>
    /// Takes a first or later offer and answers it with all candidates. A changed ufrag is an ICE restart: old credentials
    /// stay valid until the new pair is nominated, at most 3 s beside each other. Bad SDP is a refusal, never an exception,
    /// and changes nothing.
    /// </summary>
    NegotiationResult AcceptOffer(string offerSdp, MediaPolicy policy);

    /// <summary>
    /// Protects and queues one RTP packet: <paramref name="header"/> is sent as is (12 bytes to the end of the
    /// extensions), <paramref name="payload"/> is encrypted straight into the send buffer. No allocation.
    /// False when not connected or when the send queue is full (counted).
    /// </summary>
    bool SendRtp(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload);

    /// <summary>Protects and queues one compound or reduced-size RTCP packet.</summary>
    bool SendRtcp(ReadOnlySpan<byte> packet);

    /// <summary>Ends the transport (DTLS close_notify, state Closed). Idempotent.</summary>
    void Close(PeerCloseReason reason);
}

/// <summary>Receives what a peer learns; called on the media loop. Must not block and must not throw.</summary>
public interface IPeerObserver
{
    void OnStateChanged(IPeer peer, PeerState state, PeerCloseReason reason);

    /// <summary>An authenticated, decrypted RTP packet, replay-checked. The span is valid during the call only.</summary>
    void OnRtp(IPeer peer, long arrivalNs, ReadOnlySpan<byte> packet);

    /// <summary>An authenticated, decrypted compound RTCP packet. The span is valid during the call only.</summary>
    void OnRtcp(IPeer peer, long arrivalNs, ReadOnlySpan<byte> packet);

    /// <summary>The receive batch is over: the place for work done once per batch instead of once per packet.</summary>
    void OnBatchEnd(IPeer peer);
}

public enum PeerState
{
    /// <summary>Created, no offer accepted.</summary>
    New,

    /// <summary>Offer accepted; waiting for ICE and DTLS.</summary>
    Connecting,

    /// <summary>DTLS done with the certificate of the offer; media flows.</summary>
    Connected,

    /// <summary>Nothing valid heard for 5 s (no packet, no check). Media may come back by itself or by ICE restart.</summary>
    Interrupted,

    /// <summary>Ended; see the close reason. Terminal.</summary>
    Closed,
}

public enum PeerCloseReason
{
    None,
    Requested,

    /// <summary>The remote side sent a DTLS close_notify.</summary>
    RemoteClosed,

    /// <summary>The DTLS certificate is not the one of the offer: nothing was accepted from it.</summary>
    FingerprintMismatch,
    DtlsFailed,

    /// <summary>ICE or DTLS did not complete in 30 s after the offer.</summary>
    ConnectTimeout,

    /// <summary>Consent to send expired (RFC 7675) and no restart followed within 60 s.</summary>
    ConsentExpired,
    LoopStopped,

    /// <summary>An exception in the peer or in its observer: counted, reported, and only this peer ends.</summary>
    Faulted,
}

/// <param name="Label">For counters and dumps only, never sent. No personal data.</param>
public sealed record PeerOptions(string Label)
{
    /// <summary>SRTP profiles in the server's order of preference.</summary>
    public IReadOnlyList<Srtp.SrtpProfile> SrtpProfiles { get; init; } =
        [Srtp.SrtpProfile.AeadAes128Gcm, Srtp.SrtpProfile.Aes128CmHmacSha1Tag80];
}

/// <summary>Counters of one transport since its creation.</summary>
public sealed class PeerStatistics
{
    public long PacketsReceived { get; set; }
    public long BytesReceived { get; set; }
    public long PacketsSent { get; set; }
    public long BytesSent { get; set; }

    /// <summary>Failed authentication, replayed, too many SSRCs, malformed.</summary>
    public long PacketsRejected { get; set; }

    /// <summary>Not sent because a queue was full or consent was missing.</summary>
    public long PacketsDropped { get; set; }

    /// <summary>"udp" or "tcp" once a pair is nominated.</summary>
    public string? TransportProtocol { get; set; }
}
