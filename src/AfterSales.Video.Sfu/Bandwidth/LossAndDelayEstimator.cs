namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>
/// A compact first estimator: additive-multiplicative on queueing delay, with loss as second witness. Random loss alone does not
/// lower it, since lost radio packets say nothing about capacity; loss with a growing queue, or very heavy loss, does.
/// It probes for nothing: it grows only while traffic shows that there is room.
/// </summary>
internal sealed class LossAndDelayEstimator(long startBps, long maxBps) : IDownlinkEstimator
{
    private const long FloorBps = 100_000;
    private const long WindowNs = 200_000_000;
    private const int MinPackets = 10;

    /// <summary>Half of what is bearable in a conversation (MEDIA.md: queueing delay below 400 ms at a limit).</summary>
    private const double QueueHighMs = 100;
    private const double QueueLowMs = 40;

    // The lowest one-way delay is remembered this long, then forgotten: routes change.
    private const long BaseLifetimeNs = 15_000_000_000;

    private long _firstArrivalNs = long.MaxValue;
    private long _lastArrivalNs = long.MinValue;
    private long _windowStartNs;
    private int _received;
    private int _lost;
    private long _receivedBytes;
    private double _delaySumNs;
    private long _baseDelayNs = long.MaxValue;
    private long _nextBaseDelayNs = long.MaxValue;
    private long _baseSinceNs;
    private bool _hasTransportFeedback;

    public long EstimateBps { get; private set; } = startBps;

    public void OnPacketResult(long sentNs, long remoteArrivalNs, int bytes, bool received)
    {
        _hasTransportFeedback = true;
        if (!received)
        {
            _lost++;
            return;
        }
        _received++;
        _receivedBytes += bytes;
        _firstArrivalNs = Math.Min(_firstArrivalNs, remoteArrivalNs);
        _lastArrivalNs = Math.Max(_lastArrivalNs, remoteArrivalNs);
        // The clocks differ by a constant: only the change of this difference means anything.
        var delay = remoteArrivalNs - sentNs;
        _delaySumNs += delay;
        _baseDelayNs = Math.Min(_baseDelayNs, delay);
        _nextBaseDelayNs = Math.Min(_nextBaseDelayNs, delay);
    }

    public void OnFeedbackEnd(long nowNs)
    {
        if (_windowStartNs == 0)
            _windowStartNs = _baseSinceNs = nowNs;
        if (nowNs - _windowStartNs < WindowNs || _received + _lost < MinPackets)
            return;
        Evaluate((nowNs - _windowStartNs) / 1e9);
        StartWindow(nowNs);
    }

    public void OnReceiverEstimate(long bitrateBps, long nowNs)
    {
        if (!_hasTransportFeedback)
            EstimateBps = Clamp(bitrateBps);
    }

    public void OnReportedLoss(double fractionLost, long nowNs)
    {
        if (_hasTransportFeedback)
            return;
        if (fractionLost > 0.1)
            EstimateBps = Clamp((long)(EstimateBps * (1 - (0.5 * fractionLost))));
        else if (fractionLost < 0.02)
            EstimateBps = Clamp((long)(EstimateBps * 1.05));
    }

    private void Evaluate(double seconds)
    {
        var loss = (double)_lost / (_received + _lost);
        var span = _received > 1 ? Math.Max(0.05, (_lastArrivalNs - _firstArrivalNs) / 1e9) : seconds;
        var delivered = (long)(_receivedBytes * 8 / Math.Max(span, seconds * 0.5));
        var queueMs = _received == 0 ? double.MaxValue : ((_delaySumNs / _received) - _baseDelayNs) / 1e6;
        if (queueMs > QueueHighMs || loss > 0.5)
            EstimateBps = Clamp(Math.Min(EstimateBps, (long)(delivered * 0.85)));
        else if (loss > 0.1 && (queueMs > QueueLowMs || loss > 0.3))
            EstimateBps = Clamp(Math.Max(Math.Min(delivered, EstimateBps), (long)(EstimateBps * (1 - (0.5 * loss)))));
        else if (queueMs < QueueLowMs && loss < 0.1)
            Grow(delivered, seconds);
    }

    /// <summary>8 % a second, but not past twice what was seen to arrive: an unused link proves nothing.</summary>
    private void Grow(long delivered, double seconds)
    {
        var ceiling = Math.Max(EstimateBps, (delivered * 2) + 100_000);
        EstimateBps = Clamp(Math.Min(ceiling, (long)(EstimateBps * (1 + (0.08 * Math.Min(1, seconds))))));
    }

    private void StartWindow(long nowNs)
    {
        _windowStartNs = nowNs;
        _received = _lost = 0;
        _receivedBytes = 0;
        _delaySumNs = 0;
        _firstArrivalNs = long.MaxValue;
        _lastArrivalNs = long.MinValue;
        if (nowNs - _baseSinceNs < BaseLifetimeNs)
            return;
        _baseSinceNs = nowNs;
        _baseDelayNs = _nextBaseDelayNs;
        _nextBaseDelayNs = long.MaxValue;
    }

    private long Clamp(long bps) => Math.Clamp(bps, FloorBps, maxBps);
}
