namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>Estimates what one subscriber's downlink carries. Called on the media loop, allocates nothing.</summary>
public interface IDownlinkEstimator
{
    /// <summary>Bits per second that may be sent; never below the estimator's floor.</summary>
    long EstimateBps { get; }

    /// <summary>The fate of one sent packet, from transport-wide feedback, in sending order.</summary>
    /// <param name="remoteArrivalNs">On the remote side's own clock; meaningless when not <paramref name="received"/>.</param>
    void OnPacketResult(long sentNs, long remoteArrivalNs, int bytes, bool received);

    /// <summary>All results of one feedback were given.</summary>
    void OnFeedbackEnd(long nowNs);

    /// <summary>The remote side's own estimate (REMB), for stacks without transport-wide feedback.</summary>
    void OnReceiverEstimate(long bitrateBps, long nowNs);

    /// <summary>Loss in 0..1 from receiver reports, used when nothing better comes.</summary>
    void OnReportedLoss(double fractionLost, long nowNs);
}
