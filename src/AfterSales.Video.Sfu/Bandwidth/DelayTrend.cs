namespace AfterSales.Video.Sfu.Bandwidth;

internal enum LinkUse
{
    Normal,

    /// <summary>A queue grows.</summary>
    Over,

    /// <summary>A queue drains.</summary>
    Under,
}

/// <summary>
/// Tells a growing queue from jitter: a line through the smoothed one-way delay of the last 20 packet groups, against a threshold that follows how restless
/// the link is. draft-ietf-rmcat-gcc-02 §5.3-5.4 with the trendline filter and constants of libwebrtc (Carlucci et al., Analysis and Design of the
/// Google Congestion Control for WebRTC, 2016).
/// </summary>
internal sealed class DelayTrend
{
    private const int Window = 20;
    private const double Smoothing = 0.9;

    /// <summary>The slope counts for as many groups as were seen, up to 60, times 4: ms of queue that such a slope builds up, roughly.</summary>
    private const int MaxWeight = 60;
    private const double Gain = 4.0;
    private const double FirstThresholdMs = 12.5;
    private const double LowestThresholdMs = 6;
    private const double HighestThresholdMs = 600;

    /// <summary>Per ms: down faster than up, so that a flow is not starved by the queue another one makes.</summary>
    private const double ThresholdUp = 0.0087;
    private const double ThresholdDown = 0.039;

    /// <summary>A leap beyond the threshold by this is a change of capacity, not restlessness.</summary>
    private const double LeapMs = 15;
    private const double LongestStepMs = 100;

    /// <summary>Growth must last this long and show twice.</summary>
    private const double OverForMs = 10;

    private readonly double[] _times = new double[Window];
    private readonly double[] _delays = new double[Window];
    private int _groups;
    private double _accumulatedMs;
    private double _smoothedMs;
    private double _thresholdMs = FirstThresholdMs;
    private double _lastSlope;
    private double _overMs = -1;
    private int _overCount;
    private double _lastMs = double.NaN;

    public LinkUse Use { get; private set; }

    public void Add(in GroupDelta delta)
    {
        var nowMs = delta.ArrivalNs / 1e6;
        _accumulatedMs += delta.ArrivedMs - delta.SentMs;
        _smoothedMs = (Smoothing * _smoothedMs) + ((1 - Smoothing) * _accumulatedMs);
        var slot = _groups % Window;
        (_times[slot], _delays[slot]) = (nowMs, _smoothedMs);
        _groups++;
        var slope = _groups < Window ? _lastSlope : Slope();
        Detect(slope, delta.SentMs, nowMs);
    }

    private void Detect(double slope, double sentMs, double nowMs)
    {
        var trend = Math.Min(_groups, MaxWeight) * slope * Gain;
        if (trend > _thresholdMs)
        {
            // At the first sight it is not known since when: half the time between the groups.
            _overMs = _overMs < 0 ? sentMs / 2 : _overMs + sentMs;
            _overCount++;
            if (_overMs > OverForMs && _overCount > 1 && slope >= _lastSlope)
            {
                _overMs = 0;
                _overCount = 0;
                Use = LinkUse.Over;
            }
        }
        else
        {
            _overMs = -1;
            _overCount = 0;
            Use = trend < -_thresholdMs ? LinkUse.Under : LinkUse.Normal;
        }
        _lastSlope = slope;
        Adapt(Math.Abs(trend), nowMs);
    }

    private void Adapt(double trend, double nowMs)
    {
        var elapsed = double.IsNaN(_lastMs) ? 0 : Math.Clamp(nowMs - _lastMs, 0, LongestStepMs);
        _lastMs = nowMs;
        if (trend > _thresholdMs + LeapMs)
            return;
        var speed = trend < _thresholdMs ? ThresholdDown : ThresholdUp;
        _thresholdMs = Math.Clamp(_thresholdMs + (speed * (trend - _thresholdMs) * elapsed), LowestThresholdMs, HighestThresholdMs);
    }

    /// <summary>Least squares; ms of delay per ms.</summary>
    private double Slope()
    {
        double meanTime = 0;
        double meanDelay = 0;
        for (var i = 0; i < Window; i++)
        {
            meanTime += _times[i];
            meanDelay += _delays[i];
        }
        meanTime /= Window;
        meanDelay /= Window;
        double numerator = 0;
        double denominator = 0;
        for (var i = 0; i < Window; i++)
        {
            numerator += (_times[i] - meanTime) * (_delays[i] - meanDelay);
            denominator += (_times[i] - meanTime) * (_times[i] - meanTime);
        }
        return denominator == 0 ? _lastSlope : numerator / denominator;
    }
}
