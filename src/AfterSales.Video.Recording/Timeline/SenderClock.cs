using AfterSales.Video.Recording.Journal;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>
/// Ties a participant's wall clock (NTP in its sender reports) to recording time. Their clocks may be minutes off and drift; the report that
/// travelled fastest is closest to the truth. A step of the sender's clock by more than 500 ms begins a new piece.
/// </summary>
internal sealed class SenderClock
{
    private const double StepSeconds = 0.5;
    private readonly List<(double FromArrival, Line Line)> _pieces = [];

    public SenderClock(IEnumerable<SenderReportRecord> reports)
    {
        var (delays, from, last) = (new LowestDelays(), double.NaN, 0d);
        foreach (var report in reports.Where(r => r.Ntp != 0).OrderBy(r => r.TimeNs))
        {
            var (ntp, arrival) = (NtpSeconds(report.Ntp), report.TimeNs / 1e9);
            if (!double.IsNaN(from) && Math.Abs(arrival - ntp - last) > StepSeconds)
            {
                _pieces.Add((from, delays.Fit()));
                (delays, from) = (new LowestDelays(), double.NaN);
            }

            delays.Add(ntp, arrival);
            (from, last) = (double.IsNaN(from) ? arrival : from, arrival - ntp);
        }

        if (!double.IsNaN(from))
            _pieces.Add((from, delays.Fit()));
    }

    public bool IsKnown => _pieces.Count > 0;

    public static double NtpSeconds(ulong ntp) => (ntp >> 32) + (uint)ntp / 4294967296.0;

    /// <summary>Recording time in seconds of a moment by the sender's clock.</summary>
    /// <param name="arrivalSeconds">About when it was heard of here; tells which piece of the clock is meant.</param>
    public double ToRecording(double ntpSeconds, double arrivalSeconds)
    {
        var line = _pieces[0].Line;
        foreach (var piece in _pieces)
        {
            if (piece.FromArrival <= arrivalSeconds)
                line = piece.Line;
        }

        return line.At(ntpSeconds);
    }
}
