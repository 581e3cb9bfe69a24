namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>When a probe is worth its bytes, and how fast: at twice what is known; again at once while that succeeds, more and more rarely while it does not.</summary>
internal struct ProbeSchedule
{
    private const int Factor = 2;

    /// <summary>Gains below this come by themselves.</summary>
    private const double LeastGain = 1.1;
    private const long ShortestNs = 2_000_000_000;
    private const long LongestNs = 6_000_000_000;

    /// <summary>A queue that has just been made must drain first.</summary>
    private const long RestNs = 1_000_000_000;

    /// <summary>Most of what was asked for counts as success.</summary>
    private const double Success = 0.7;

    private long _nextNs;
    private long _intervalNs;
    private int _lastId;

    public bool TryStart(long estimateBps, long wantedBps, long lastDecreaseNs, long nowNs, out ProbeCluster cluster)
    {
        cluster = default;
        if (nowNs < _nextNs || wantedBps < estimateBps * LeastGain || (lastDecreaseNs != 0 && nowNs - lastDecreaseNs < RestNs))
            return false;
        _lastId = (_lastId % 1000) + 1;
        cluster = ProbeCluster.Start(_lastId, Math.Min(wantedBps, estimateBps * Factor), nowNs);
        return true;
    }

    public void OnResult(in ProbeCluster cluster, long provenBps, long nowNs)
    {
        var succeeded = provenBps >= cluster.RateBps * Success;
        _intervalNs = succeeded ? 0 : Math.Clamp(_intervalNs * 2, ShortestNs, LongestNs);
        _nextNs = nowNs + _intervalNs;
    }
}
