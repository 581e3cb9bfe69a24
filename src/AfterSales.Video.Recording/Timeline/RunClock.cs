using AfterSales.Video.Recording.Depacketizing;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>
/// Turns a run's RTP timestamps into recording time. By sender reports, with a line through the 20 around each moment, since only they tie
/// picture and sound of one sender together; by arrival when there are none or they contradict arrival by more than 500 ms.
/// </summary>
internal sealed class RunClock
{
    private const int Window = 20;
    private const double MaxContradictionSeconds = 0.5;
    private readonly double _rateHz;
    private readonly Line _byArrival;
    private readonly SenderClock? _sender;
    private readonly (double X, double Y)[] _reports = [];
    private readonly double[] _reportArrivals = [];
    private readonly Line?[] _lines = [];

    public RunClock(MediaRun run, SenderClock sender)
    {
        _rateHz = run.Track.Codec.ClockRateHz > 0 ? run.Track.Codec.ClockRateHz : 90_000;
        _byArrival = Line.UnderEnvelope([.. run.Packets.Where(IsOnTime).Select(p => (p.Timestamp / _rateHz, p.ArrivalNs / 1e9))]);
        var reports = run.Reports.Where(r => r.Report.Ntp != 0).OrderBy(r => r.Timestamp).ToArray();
        if (reports.Length == 0 || !sender.IsKnown)
            return;
        _reports = [.. reports.Select(r => (r.Timestamp / _rateHz, SenderClock.NtpSeconds(r.Report.Ntp)))];
        _reportArrivals = [.. reports.Select(r => r.Report.TimeNs / 1e9)];
        _lines = new Line?[reports.Length];
        _sender = sender;
        if (Contradicts(run))
            _sender = null;
    }

    /// <summary>True when sender reports are used.</summary>
    public bool BySenderReports => _sender is not null;

    public long ToRecordingNs(long timestamp) => (long)(ToRecordingSeconds(timestamp / _rateHz) * 1e9);

    private static bool IsOnTime(PacketRef packet) => !packet.Flags.HasFlag(PayloadMarks.Recovered);

    private double ToRecordingSeconds(double rtpSeconds)
    {
        if (_sender is null)
            return _byArrival.At(rtpSeconds);
        var nearest = Nearest(rtpSeconds);
        return _sender.ToRecording(LineAround(nearest).At(rtpSeconds), _reportArrivals[nearest]);
    }

    private int Nearest(double rtpSeconds)
    {
        var (low, high) = (0, _reports.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_reports[middle].X < rtpSeconds)
                low = middle + 1;
            else
                high = middle;
        }

        return low > 0 && rtpSeconds - _reports[low - 1].X < _reports[low].X - rtpSeconds ? low - 1 : low;
    }

    private Line LineAround(int report)
    {
        if (_lines[report] is { } known)
            return known;
        var first = Math.Clamp(report - Window / 2, 0, Math.Max(0, _reports.Length - Window));
        var line = Line.Fit(_reports.AsSpan(first, Math.Min(Window, _reports.Length - first)));
        _lines[report] = line;
        return line;
    }

    private bool Contradicts(MediaRun run)
    {
        var step = Math.Max(1, run.Packets.Count / 200);
        var differences = new List<double>();
        for (var i = 0; i < run.Packets.Count; i += step)
        {
            if (IsOnTime(run.Packets[i]))
                differences.Add(Math.Abs(ToRecordingSeconds(run.Packets[i].Timestamp / _rateHz) - _byArrival.At(run.Packets[i].Timestamp / _rateHz)));
        }

        differences.Sort();
        return differences.Count > 0 && differences[differences.Count / 2] > MaxContradictionSeconds;
    }
}
