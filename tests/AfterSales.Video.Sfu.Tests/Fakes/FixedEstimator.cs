using AfterSales.Video.Sfu.Bandwidth;

namespace AfterSales.Video.Sfu.Tests.Fakes;

/// <summary>A link whose capacity the test decides.</summary>
internal sealed class FixedEstimator : IDownlinkEstimator
{
    public long EstimateBps { get; set; } = 2_500_000;

    public void OnPacketResult(long sentNs, long remoteArrivalNs, int bytes, bool received)
    {
    }

    public void OnFeedbackEnd(long nowNs)
    {
    }

    public void OnReceiverEstimate(long bitrateBps, long nowNs)
    {
    }

    public void OnReportedLoss(double fractionLost, long nowNs)
    {
    }
}
