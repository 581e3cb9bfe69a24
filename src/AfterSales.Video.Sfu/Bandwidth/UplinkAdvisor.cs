using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>
/// What a participant's way to the server is good for. The sender's own estimate is best; without it only loss together with a poor rate is evidence, for a
/// dark room sends little too. Once video has stopped nothing shows that it could flow again: then it is tried, more and more rarely.
/// </summary>
internal sealed class UplinkAdvisor
{
    private const long ReportLifetimeNs = 5_000_000_000;
    private const long FirstTrialNs = 15_000_000_000;
    private const long RarestTrialNs = 120_000_000_000;

    /// <summary>Video that lasted this long was no failed trial.</summary>
    private const long ProvenNs = 30_000_000_000;

    /// <summary>
    /// Browsers send less than a lossy link carries, and half of what the ladder asks for is still a moving picture: without a report only less than that is weak.
    /// </summary>
    private const int Doubt = 2;

    /// <summary>Repairs hide less than this.</summary>
    private const double LossyAbove = 0.05;

    private readonly MediaLadder _ladder = new();
    private UplinkReport _report;
    private long _reportNs = long.MinValue / 2;
    private long _sinceNs;
    private long _trialAfterNs = FirstTrialNs;

    public MediaMode Mode => _ladder.Mode;

    /// <summary>What the direction is thought to carry; 0 when unknown.</summary>
    public long EstimateBps { get; private set; }

    public void OnReport(UplinkReport report, long nowNs) => (_report, _reportNs) = (report, nowNs);

    /// <summary>Called once a second. The reason when the mode changed, null otherwise.</summary>
    public string? Evaluate(in UplinkSample sample, long nowNs)
    {
        var (picture, total) = Evidence(sample, nowNs);
        var before = Mode;
        if (_ladder.Step(picture, total, nowNs))
            return Changed(before, nowNs);
        if (before == MediaMode.Video)
        {
            if (nowNs - _sinceNs > ProvenNs)
                _trialAfterNs = FirstTrialNs;
            return null;
        }
        if (nowNs - _sinceNs < _trialAfterNs || sample.Loss > LossyAbove || !_ladder.Enter(before - 1))
            return null;
        _sinceNs = nowNs;
        _trialAfterNs = Math.Min(RarestTrialNs, _trialAfterNs * 2);
        return "trial";
    }

    private string Changed(MediaMode before, long nowNs)
    {
        _sinceNs = nowNs;
        if (Mode > before)
            return "weak_link";
        _trialAfterNs = FirstTrialNs;
        return "recovered";
    }

    /// <summary>Rates for pictures and for everything. Between the ladder's bounds when there is no evidence, so that nothing moves.</summary>
    private (long PictureBps, long TotalBps) Evidence(in UplinkSample sample, long nowNs)
    {
        var received = sample.VideoBps + sample.AudioBps;
        // Our own cap lowers the sender's estimate: what stands at the cap says nothing about the link.
        var isCapped = sample.CapBps > 0 && _report.AvailableBps >= sample.CapBps * 9 / 10;
        if (nowNs - _reportNs < ReportLifetimeNs && !isCapped)
        {
            EstimateBps = Math.Max(_report.AvailableBps, received);
            return (EstimateBps - PublisherCap.VoiceBps, EstimateBps);
        }
        EstimateBps = received;
        if (!sample.SendsVideo || sample.Loss <= LossyAbove)
            return (MediaLadder.VideoLeavesBps, MediaLadder.StillsLeaveBps);
        return (Math.Min(sample.VideoBps * Doubt, MediaLadder.VideoReturnsBps), Math.Min(received, MediaLadder.StillsReturnBps));
    }
}

/// <summary>What came from a participant in the last second.</summary>
/// <param name="SendsVideo">A camera or screen that is not muted and has sent.</param>
/// <param name="Loss">Before repair, 0..1.</param>
/// <param name="CapBps">What the participant was told to stay under; 0 when nothing.</param>
internal readonly record struct UplinkSample(bool SendsVideo, long VideoBps, long AudioBps, double Loss, long CapBps);
