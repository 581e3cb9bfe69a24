namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>Estimates what one subscriber's downlink carries. Called on the media loop, allocates nothing.</summary>
public interface IDownlinkEstimator
{
    /// <summary>Bits per second the link carries, headers of IP and UDP counted; never below the estimator's floor.</summary>
    long EstimateBps { get; }

    /// <summary>What should be sent now: the estimate, or less while a queue drains.</summary>
    long TargetBps { get; }

    /// <summary>The link showed its limit lately. Until it does, nothing need be held back.</summary>
    bool IsConstrained { get; }

    /// <summary>The fate of one sent packet, from transport-wide feedback, in sending order.</summary>
    void OnPacketResult(in PacketResult result);

    /// <summary>All results of one feedback were given.</summary>
    void OnFeedbackEnd(long nowNs, long roundTripNs);

    /// <summary>The remote side's own estimate (REMB), for stacks without transport-wide feedback.</summary>
    void OnReceiverEstimate(long bitrateBps, long nowNs);

    /// <summary>Loss in 0..1 from receiver reports, used when nothing better comes.</summary>
    void OnReportedLoss(double fractionLost, long nowNs);

    /// <summary>
    /// Whether it is worth trying if the link carries more than the estimate: a short burst at <paramref name="rateBps"/>, all of whose packets are
    /// registered under <paramref name="probe"/>. Asked each 10 ms while more could be used.
    /// </summary>
    /// <param name="wantedBps">What could be used at most.</param>
    bool TryStartProbe(long wantedBps, long nowNs, out int probe, out long rateBps);
}

public enum PacketFate
{
    Received,
    Lost,

    /// <summary>The feedback that would have told was lost itself.</summary>
    Unknown,
}

/// <param name="RemoteArrivalNs">On the remote side's own clock; meaningless when not received.</param>
/// <param name="Bytes">On the wire.</param>
/// <param name="Probe">The burst it belonged to; 0 for none.</param>
public readonly record struct PacketResult(long SentNs, long RemoteArrivalNs, int Bytes, PacketFate Fate, int Probe);
