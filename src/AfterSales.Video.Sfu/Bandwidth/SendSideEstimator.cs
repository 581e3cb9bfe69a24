namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>
/// Google congestion control at the sender (draft-ietf-rmcat-gcc-02) with what a forwarding unit needs beside it: probes, for it cannot make its
/// publishers send more to see; a drain, for it sees how long a queue stands; and loss that counts only when it is heavy, for radio links lose packets without
/// being full. Reasons and results: docs/adr/0011.
/// </summary>
internal sealed class SendSideEstimator(SfuOptions options) : IDownlinkEstimator
{
    /// <summary>More than a link loses that still carries a call: it is overrun, whatever its queue says.</summary>
    private const double HeavyLoss = 0.3;
    private const double OverrunLoss = 0.5;
    private const long LossWindowNs = 1_000_000_000;
    private const int LossPackets = 20;

    /// <summary>Above this nothing is added; above the second a queue that does not shrink is overuse even without a trend.</summary>
    private const double QueueHoldMs = 60;
    private const double QueueHighMs = 150;
    private const double QueueDrainedMs = 40;
    private const double DrainShare = 0.6;

    /// <summary>A queue that disturbs a conversation: only voices go on until it is gone.</summary>
    private const double QueueDisturbingMs = 300;
    private const double DisturbedShare = 0.3;
    private const long QueueCheckNs = 500_000_000;

    /// <summary>How long after its last decrease a link counts as one with a known limit, unless it has proved to carry twice as much since.</summary>
    private const long ConstrainedNs = 60_000_000_000;

    /// <summary>Longest wait for the fate of a probe.</summary>
    private const long ProbeTimeoutNs = 1_000_000_000;

    private readonly DelayTrend _trend = new();
    private PacketGroups _groups;
    private StandingQueue _queue;
    private RateWindow _sent;
    private RateWindow _delivered;
    private AimdRate _rate = new(options.StartDownlinkBps, options.MinDownlinkBps, options.MaxDownlinkBps);
    private ProbeSchedule _schedule;
    private ProbeCluster _probe;
    private long _firstSentNs = long.MinValue;
    private long _firstArrivalNs;
    private bool _hasPassedProbe;
    private double _knownShare = 1;
    private double _usualLoss;
    private long _lossSinceNs;
    private int _received;
    private int _lost;
    private long _queueCheckedNs;
    private double _queueBeforeMs;
    private bool _drains;
    private long _limitBps;
    private bool _hasTransportFeedback;

    public long EstimateBps => _rate.Bps;

    public long TargetBps
    {
        get
        {
            if (!_drains)
                return _rate.Bps;
            return Math.Max(options.MinDownlinkBps, (long)(_rate.Bps * (_queue.Milliseconds > QueueDisturbingMs ? DisturbedShare : DrainShare)));
        }
    }

    public bool IsConstrained { get; private set; }

    /// <summary>How long packets wait on the way, ms.</summary>
    public double QueueMs => _queue.Milliseconds;

    public void OnPacketResult(in PacketResult result)
    {
        _hasTransportFeedback = true;
        if (_firstSentNs == long.MinValue)
            _firstSentNs = result.SentNs;
        _sent.Add(result.SentNs - _firstSentNs, result.Bytes);
        _knownShare += ((result.Fate == PacketFate.Unknown ? 0 : 1) - _knownShare) / 50;
        if (result.Fate != PacketFate.Unknown)
            _usualLoss += ((result.Fate == PacketFate.Lost ? 1 : 0) - _usualLoss) / 100;
        if (_probe.IsActive && result.Probe == _probe.Id)
            _probe.Add(result);
        else
            _hasPassedProbe |= _probe.IsActive && result.SentNs > _probe.StartedNs + ProbeSender.DurationNs;
        if (result.Fate == PacketFate.Lost)
            _lost++;
        else if (result.Fate == PacketFate.Received)
            OnReceived(result);
    }

    public void OnFeedbackEnd(long nowNs, long roundTripNs)
    {
        _queue.OnFeedbackEnd();
        // Feedback that was lost hides what arrived: as much as of the rest.
        var delivered = (long)(_delivered.BitsPerSecond / Math.Max(0.2, _knownShare));
        var use = Judge(nowNs);
        _rate.Update(use, delivered, _sent.BitsPerSecond, _usualLoss, roundTripNs, nowNs);
        if (use == LinkUse.Over)
            Constrain();
        EvaluateLoss(delivered, nowNs);
        EvaluateProbe(use, roundTripNs, nowNs);
        Drain(nowNs);
    }

    public void OnReceiverEstimate(long bitrateBps, long nowNs)
    {
        if (!_hasTransportFeedback)
            _rate.Set(Math.Min(bitrateBps, options.MaxDownlinkBps), nowNs);
    }

    public void OnReportedLoss(double fractionLost, long nowNs)
    {
        if (_hasTransportFeedback)
            return;
        if (fractionLost > HeavyLoss)
            _rate.Set((long)(_rate.Bps * (1 - (0.5 * fractionLost))), nowNs);
        else if (fractionLost < 0.1)
            _rate.Set((long)(_rate.Bps * (_rate.Bps < options.MaxPublisherBps ? 1.3 : 1.05)), nowNs);
    }

    public bool TryStartProbe(long wantedBps, long nowNs, out int probe, out long rateBps)
    {
        (probe, rateBps) = (0, 0);
        if (_probe.IsActive || !_hasTransportFeedback || _queue.Milliseconds > QueueHoldMs)
            return false;
        if (!_schedule.TryStart(EstimateBps, Math.Min(wantedBps, options.MaxDownlinkBps), _rate.LastDecreaseNs, nowNs, out _probe))
            return false;
        _hasPassedProbe = false;
        (probe, rateBps) = (_probe.Id, _probe.RateBps);
        return true;
    }

    private void OnReceived(in PacketResult result)
    {
        if (_received++ == 0 && _firstArrivalNs == 0)
            _firstArrivalNs = result.RemoteArrivalNs;
        var arrivalNs = result.RemoteArrivalNs - _firstArrivalNs;
        _delivered.Add(arrivalNs, result.Bytes);
        _queue.Add(result.SentNs, arrivalNs);
        if (_groups.TryAdd(result.SentNs, arrivalNs, out var delta))
            _trend.Add(delta);
    }

    private LinkUse Judge(long nowNs)
    {
        var queueMs = _queue.Milliseconds;
        if (_trend.Use == LinkUse.Over)
            return LinkUse.Over;
        if (queueMs > QueueHighMs && nowNs - _queueCheckedNs > QueueCheckNs)
        {
            var stands = queueMs > _queueBeforeMs * 0.9;
            (_queueCheckedNs, _queueBeforeMs) = (nowNs, queueMs);
            if (stands)
                return LinkUse.Over;
        }
        else if (queueMs < QueueHighMs)
        {
            (_queueCheckedNs, _queueBeforeMs) = (nowNs, QueueHighMs);
        }
        return queueMs > QueueHoldMs ? LinkUse.Under : _trend.Use;
    }

    private void EvaluateLoss(long delivered, long nowNs)
    {
        if (_lossSinceNs == 0)
            _lossSinceNs = nowNs;
        if (nowNs - _lossSinceNs < LossWindowNs || _received + _lost < LossPackets)
            return;
        var loss = (double)_lost / (_received + _lost);
        (_lossSinceNs, _received, _lost) = (nowNs, 0, 0);
        if (loss < HeavyLoss)
            return;
        // While little is sent, what arrives is little too.
        var isOverrun = loss > OverrunLoss && _sent.BitsPerSecond > _rate.Bps / 2;
        var lower = isOverrun ? delivered : Math.Max(delivered, (long)(_rate.Bps * (1 - (0.5 * loss))));
        if (lower < _rate.Bps)
            _rate.Set(lower, nowNs);
        Constrain();
    }

    private void Constrain() => (IsConstrained, _limitBps) = (true, _rate.Bps);

    private void EvaluateProbe(LinkUse use, long roundTripNs, long nowNs)
    {
        if (!_probe.IsActive || (!_hasPassedProbe && nowNs - _probe.StartedNs < ProbeTimeoutNs + roundTripNs))
            return;
        var proven = use == LinkUse.Over ? 0 : _probe.Proven();
        if (proven > _rate.Bps)
            _rate.Set(proven, nowNs);
        _schedule.OnResult(_probe, proven, nowNs);
        _probe = default;
    }

    private void Drain(long nowNs)
    {
        if (_queue.Milliseconds > QueueHighMs && IsConstrained)
            _drains = true;
        else if (_queue.Milliseconds < QueueDrainedMs)
            _drains = false;
        if (!_drains && (_rate.Bps > _limitBps * 2 || nowNs - _rate.LastDecreaseNs > ConstrainedNs))
            IsConstrained = false;
    }
}
