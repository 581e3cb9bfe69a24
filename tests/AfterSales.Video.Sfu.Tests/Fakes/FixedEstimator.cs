using AfterSales.Video.Sfu.Bandwidth;

namespace AfterSales.Video.Sfu.Tests.Fakes;

/// <summary>A link whose capacity the test decides.</summary>
internal sealed class FixedEstimator : IDownlinkEstimator
{
    public long EstimateBps { get; set; } = 2_500_000;
    public long TargetBps => EstimateBps;
    public bool IsConstrained { get; set; }

    public void OnPacketResult(in PacketResult result)
    {
    }

    public void OnFeedbackEnd(long nowNs, long roundTripNs)
    {
    }

    public void OnReceiverEstimate(long bitrateBps, long nowNs)
    {
    }

    public void OnReportedLoss(double fractionLost, long nowNs)
    {
    }

    public bool TryStartProbe(long wantedBps, long nowNs, out int probe, out long rateBps)
    {
        (probe, rateBps) = (0, 0);
        return false;
    }
}
