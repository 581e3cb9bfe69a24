using AfterSales.Video.Sfu.Forwarding;

namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>
/// Sends one probe at a time: what flows anyway counts, padding on a retransmission stream fills up to the rate (RFC 4588 streams may carry padding alone;
/// receivers drop it). Five steps of the room's 10 ms clock.
/// </summary>
internal sealed class ProbeSender(Downlink downlink)
{
    public const long DurationNs = 50_000_000;
    private const long StepNs = 10_000_000;

    private const long CheckNs = 100_000_000;

    /// <summary>Of one step: 6 Mbit/s. A faster probe is never needed, and a burst must stay one.</summary>
    private const int MaxPackets = 24;

    private long _startNs;
    private long _rateBps;
    private long _bytes;
    private long _checkedNs;

    /// <summary>Under which everything is registered now; 0 when nothing runs.</summary>
    public int Probe { get; private set; }

    public void OnSent(int bytes) => _bytes += bytes;

    /// <summary>Called each 10 ms.</summary>
    public void Tick(long nowNs)
    {
        if (Probe != 0 && nowNs - _startNs >= DurationNs)
            Probe = 0;
        if (Probe == 0 && !TryBegin(nowNs))
            return;
        var due = (long)((nowNs - _startNs + StepNs) / 8e9 * _rateBps);
        for (var i = 0; i < MaxPackets && _bytes < due; i++)
        {
            if (!downlink.SendPadding((int)Math.Min(255, Math.Max(1, due - _bytes - DownTrack.OverheadBytes)), nowNs))
                return;
        }
    }

    private bool TryBegin(long nowNs)
    {
        if (nowNs - _checkedNs < CheckNs)
            return false;
        _checkedNs = nowNs;
        if (!downlink.CanPad || downlink.WantedBps is not (> 0 and var wanted) || !downlink.Estimator.TryStartProbe(wanted, nowNs, out var probe, out _rateBps))
            return false;
        (Probe, _startNs, _bytes) = (probe, nowNs, 0);
        return true;
    }
}
