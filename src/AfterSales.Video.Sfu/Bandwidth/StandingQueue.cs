namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>
/// How long packets wait on the way, beyond the shortest way seen in the last half minute. The trend of delay tells that a queue grows; only this tells that
/// one stands.
/// </summary>
internal struct StandingQueue
{
    /// <summary>The shortest way is forgotten after one to two of these: routes change, clocks drift.</summary>
    private const long LifetimeNs = 15_000_000_000;

    private long _shortestNs;
    private long _nextShortestNs;
    private long _sinceNs;
    private double _sumNs;
    private int _packets;
    private bool _isSet;

    /// <summary>As of the last feedback.</summary>
    public double Milliseconds { get; private set; }

    public void Add(long sentNs, long arrivalNs)
    {
        // The clocks differ by a constant: only the change of this difference means anything.
        var delay = arrivalNs - sentNs;
        if (!_isSet)
            (_isSet, _shortestNs, _nextShortestNs, _sinceNs) = (true, delay, delay, sentNs);
        _shortestNs = Math.Min(_shortestNs, delay);
        _nextShortestNs = Math.Min(_nextShortestNs, delay);
        _sumNs += delay;
        _packets++;
        if (sentNs - _sinceNs < LifetimeNs)
            return;
        (_shortestNs, _nextShortestNs, _sinceNs) = (_nextShortestNs, long.MaxValue, sentNs);
    }

    public void OnFeedbackEnd()
    {
        if (_packets == 0)
            return;
        Milliseconds = ((_sumNs / _packets) - _shortestNs) / 1e6;
        _sumNs = 0;
        _packets = 0;
    }
}
