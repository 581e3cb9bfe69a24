namespace AfterSales.Video.Recording.Timeline;

/// <summary>
/// Turns a run's RTP timestamps into recording time. By sender reports, since only they tie picture and sound of one sender together: each report is
/// smoothed by the line through the 20 around it, and time runs straight from one to the next, so that a correction is slow and never a step. Held
/// within 500 ms of what arrival says. By arrival alone when there are no reports or they contradict it throughout.
/// </summary>
internal sealed class RunClock
{
    private const int Window = 20;
    private const double ClampSeconds = 0.5;

    /// <summary>Longest wait for a repair, and some seconds in the network.</summary>
    private const long MaxAgeNs = 2 * Depacketizing.ReorderBuffer.HoldNs;
    private readonly double _rateHz;
    private readonly Line _byArrival;

    /// <summary>RTP seconds and recording seconds.</summary>
    private readonly (double X, double Y)[] _knots = [];
    private readonly (double Before, double After) _slopes = (1, 1);
    private int _near;

    public RunClock(MediaRun run, SenderClock sender)
    {
        _rateHz = run.RateHz;
        _byArrival = run.Arrivals.Fit();
        if (!sender.IsKnown || run.Reports.Count == 0)
            return;
        var reports = run.Reports.Where(r => r.Report.Ntp != 0).OrderBy(r => r.Timestamp)
            .Select(r => (X: r.Timestamp / _rateHz, Ntp: SenderClock.NtpSeconds(r.Report.Ntp), Arrival: r.Report.TimeNs / 1e9)).ToArray();
        (_knots, _slopes) = Smooth(reports, sender);
        if (_knots.Length > 0 && Contradicts(run))
            _knots = [];
        for (var i = 0; i < _knots.Length; i++)
            _knots[i].Y = Clamp(_knots[i].X, _knots[i].Y);
    }

    /// <summary>True when sender reports are used.</summary>
    public bool BySenderReports => _knots.Length > 0;

    /// <summary>A sender may write any timestamp; what it says is believed only near the time at which it was heard.</summary>
    /// <param name="timestamp">Unwrapped.</param>
    /// <param name="arrivalNs">When the frame was whole, in recording time.</param>
    public long ToRecordingNs(long timestamp, long arrivalNs) =>
        Math.Clamp((long)(ToRecordingSeconds(timestamp / _rateHz) * 1e9), arrivalNs - MaxAgeNs, arrivalNs + (long)(ClampSeconds * 1e9));

    private static ((double X, double Y)[] Knots, (double, double) Slopes) Smooth((double X, double Ntp, double Arrival)[] reports, SenderClock sender)
    {
        var (knots, pairs) = (new List<(double X, double Y)>(reports.Length), Array.ConvertAll(reports, r => (r.X, r.Ntp)));
        var (before, after) = (1d, 1d);
        for (var i = 0; i < reports.Length; i++)
        {
            var first = Math.Clamp(i - Window / 2, 0, Math.Max(0, reports.Length - Window));
            var line = Line.Fit(pairs.AsSpan(first, Math.Min(Window, reports.Length - first)));
            (before, after) = (knots.Count == 0 ? line.Slope : before, line.Slope);
            var y = sender.ToRecording(line.At(reports[i].X), reports[i].Arrival);
            if (knots.Count == 0 || reports[i].X > knots[^1].X)
                knots.Add((reports[i].X, y));
        }

        return ([.. knots], (before, after));
    }

    private double ToRecordingSeconds(double x)
    {
        if (_knots.Length == 0)
            return _byArrival.At(x);
        if (x <= _knots[0].X)
            return Clamp(x, _knots[0].Y + (x - _knots[0].X) * _slopes.Before);
        if (x >= _knots[^1].X)
            return Clamp(x, _knots[^1].Y + (x - _knots[^1].X) * _slopes.After);
        var (a, b) = Around(x);
        return a.Y + (x - a.X) * (b.Y - a.Y) / (b.X - a.X);
    }

    /// <summary>Frames come nearly in order, so the place found last is nearly always the right one or its neighbour.</summary>
    private ((double X, double Y) Before, (double X, double Y) After) Around(double x)
    {
        _near = Math.Clamp(_near, 0, _knots.Length - 2);
        while (_near < _knots.Length - 2 && x >= _knots[_near + 1].X)
            _near++;
        while (_near > 0 && x < _knots[_near].X)
            _near--;
        return (_knots[_near], _knots[_near + 1]);
    }

    private double Clamp(double x, double y) => Math.Clamp(y, _byArrival.At(x) - ClampSeconds, _byArrival.At(x) + ClampSeconds);

    private bool Contradicts(MediaRun run)
    {
        var differences = run.Arrivals.Points().Select(p => Math.Abs(Interpolated(p.X) - p.Y)).Order().ToList();
        return differences.Count > 0 && differences[differences.Count / 2] > ClampSeconds;
    }

    private double Interpolated(double x)
    {
        if (x <= _knots[0].X || _knots.Length == 1)
            return _knots[0].Y + (x - _knots[0].X) * _slopes.Before;
        if (x >= _knots[^1].X)
            return _knots[^1].Y + (x - _knots[^1].X) * _slopes.After;
        var (a, b) = Around(x);
        return a.Y + (x - a.X) * (b.Y - a.Y) / (b.X - a.X);
    }
}
