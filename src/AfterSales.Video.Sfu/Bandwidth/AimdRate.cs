namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>
/// Turns signs of over- and underuse into a rate: down to 0.85 of what arrives, up by 8 % a second while the limit is unknown, and by about one packet per
/// response time near where it was found (draft-ietf-rmcat-gcc-02 §5.5, constants of libwebrtc).
/// </summary>
internal struct AimdRate(long startBps, long floorBps, long ceilingBps)
{
    private const double Decrease = 0.85;
    private const double IncreasePerSecond = 1.08;
    private const long LeastIncreaseBps = 4_000;

    /// <summary>Sending less than this part of the estimate is the application's limit, not the link's, as long as what is sent arrives.</summary>
    private const double ApplicationLimit = 0.8;

    /// <summary>A link that keeps up with what is sent carries at least this much of it: above 1/0.8, so that the bound holds once it is reached.</summary>
    private const double KeepsUp = 1.3;

    private long _lastChangeNs;
    private long _lastDecreaseNs;
    private double _capacityBps;
    private double _capacityVariance = 0.4;

    public long Bps { get; private set; } = startBps;

    /// <summary>0 before the first.</summary>
    public readonly long LastDecreaseNs => _lastDecreaseNs;

    /// <param name="deliveredBps">What arrives; 0 when unknown.</param>
    /// <param name="sentBps">What was sent in the same time.</param>
    /// <param name="loss">What the link usually loses, 0..1.</param>
    public void Update(LinkUse use, long deliveredBps, long sentBps, double loss, long roundTripNs, long nowNs)
    {
        switch (use)
        {
            case LinkUse.Over:
                Reduce(deliveredBps, sentBps, loss, roundTripNs, nowNs);
                break;
            case LinkUse.Normal when _lastChangeNs != 0:
                Raise(deliveredBps, roundTripNs, nowNs);
                break;
        }
        _lastChangeNs = nowNs;
    }

    /// <summary>A probe proved it, or loss disproved what was thought.</summary>
    public void Set(long bps, long nowNs)
    {
        var lower = Clamp(bps) < Bps;
        Bps = Clamp(bps);
        _lastChangeNs = nowNs;
        if (lower)
            _lastDecreaseNs = nowNs;
        else if (Bps > UpperCapacityBps())
            _capacityBps = 0;
    }

    private void Reduce(long deliveredBps, long sentBps, double loss, long roundTripNs, long nowNs)
    {
        // The queue of before still shows for a while after a step; unless the link fell far below.
        var isTooSoon = _lastDecreaseNs != 0 && nowNs - _lastDecreaseNs < Math.Clamp(roundTripNs + 100_000_000, 200_000_000, 500_000_000);
        if (isTooSoon && (deliveredBps == 0 || deliveredBps > Bps / 2))
            return;
        var arrives = deliveredBps == 0 ? Bps : deliveredBps;
        var target = (long)(arrives * Decrease);
        if (sentBps < Bps * ApplicationLimit && deliveredBps > sentBps * (1 - loss) * 0.85)
            target = Math.Max(target, (long)Math.Max(Bps * Decrease, sentBps * KeepsUp));
        if (target < Bps)
            Bps = Clamp(target);
        LearnCapacity(arrives);
        _lastDecreaseNs = nowNs;
    }

    private void Raise(long deliveredBps, long roundTripNs, long nowNs)
    {
        if (deliveredBps > UpperCapacityBps())
            _capacityBps = 0;
        var seconds = Math.Min(1, (nowNs - _lastChangeNs) / 1e9);
        var step = _capacityBps > 0
            ? NearCapacityBpsPerSecond(roundTripNs) * seconds
            : Math.Max(LeastIncreaseBps * seconds, Bps * (Math.Pow(IncreasePerSecond, seconds) - 1));
        // An unused link proves nothing.
        var proven = (deliveredBps * 3 / 2) + 10_000;
        Bps = Clamp(Math.Max(Bps, Math.Min(proven, Bps + (long)step)));
    }

    /// <summary>Half a packet per response time, as frames of 30 a second are cut.</summary>
    private readonly double NearCapacityBpsPerSecond(long roundTripNs)
    {
        var frameBits = Bps / 30.0;
        var packetBits = frameBits / Math.Ceiling(frameBits / (1200 * 8));
        var responseSeconds = (roundTripNs + 100_000_000) / 1e9;
        return Math.Max(LeastIncreaseBps, packetBits / (2 * responseSeconds));
    }

    private void LearnCapacity(long sampleBps)
    {
        const double weight = 0.05;
        if (_capacityBps > 0 && Math.Abs(sampleBps - _capacityBps) > 3 * Deviation())
            _capacityBps = 0;
        _capacityBps = _capacityBps == 0 ? sampleBps : ((1 - weight) * _capacityBps) + (weight * sampleBps);
        var error = (_capacityBps - sampleBps) / 1000;
        _capacityVariance = Math.Clamp(((1 - weight) * _capacityVariance) + (weight * error * error / Math.Max(1, _capacityBps / 1000)), 0.4, 2.5);
    }

    private readonly double UpperCapacityBps() => _capacityBps == 0 ? double.MaxValue : _capacityBps + (3 * Deviation());

    /// <summary>The variance is kept relative to the rate in kbit/s.</summary>
    private readonly double Deviation() => Math.Sqrt(_capacityVariance * _capacityBps / 1000) * 1000;

    private readonly long Clamp(long bps) => Math.Clamp(bps, floorBps, ceilingBps);
}
