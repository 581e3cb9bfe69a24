namespace AfterSales.Video.Rtc;

/// <summary>Written by the loop only; may be read by any thread. Counts since the start.</summary>
public sealed class MediaLoopCounters
{
    public long DatagramsReceived { get; internal set; }
    public long BytesReceived { get; internal set; }
    public long DatagramsSent { get; internal set; }
    public long BytesSent { get; internal set; }

    /// <summary>Of those sent, the ones that went through the kernel joined to another (UDP_SEGMENT).</summary>
    public long DatagramsJoined { get; internal set; }

    /// <summary>The kernel did not take it: send buffer full, no route, filtered.</summary>
    public long DroppedBySocket { get; internal set; }

    /// <summary>A TCP client does not read fast enough.</summary>
    public long DroppedSlowTcp { get; internal set; }

    /// <summary>First byte is none of STUN, DTLS, RTP (RFC 7983), or longer than any packet of ours.</summary>
    public long DroppedUnknown { get; internal set; }

    /// <summary>STUN that does not parse, or is nothing an ICE-lite server expects.</summary>
    public long DroppedStunMalformed { get; internal set; }

    /// <summary>STUN for no peer of ours, or with a wrong MESSAGE-INTEGRITY. Never answered.</summary>
    public long DroppedStunUnauthenticated { get; internal set; }

    /// <summary>DTLS, RTP or RTCP from an address no peer has validated by ICE.</summary>
    public long DroppedUnvalidated { get; internal set; }

    /// <summary>A valid check for one peer from an address another live peer is using.</summary>
    public long DroppedPathConflict { get; internal set; }

    /// <summary>Did not authenticate, was replayed, or came before the keys.</summary>
    public long DroppedSrtp { get; internal set; }

    public long TcpConnectionsAccepted { get; internal set; }
    public long TcpConnectionsRefused { get; internal set; }

    /// <summary>Cut for not reading, for broken framing, or for showing no valid check in time.</summary>
    public long TcpConnectionsCut { get; internal set; }
    public long PeersCreated { get; internal set; }
    public long PeersClosed { get; internal set; }

    /// <summary>Exceptions in peers, rooms, timers and posted work. Anything above zero is a bug of ours.</summary>
    public long Faults { get; internal set; }
    public long Iterations { get; internal set; }
}
