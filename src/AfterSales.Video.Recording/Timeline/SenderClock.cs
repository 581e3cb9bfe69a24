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
        var piece = new List<(double X, double Y)>();
        foreach (var report in reports.Where(r => r.Ntp != 0).OrderBy(r => r.TimeNs))
        {
            var point = (X: NtpSeconds(report.Ntp), Y: report.TimeNs / 1e9);
            if (piece.Count > 0 && Math.Abs(point.Y - point.X - (piece[^1].Y - piece[^1].X)) > StepSeconds)
                Close(piece);
            piece.Add(point);
        }

        Close(piece);
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

    private void Close(List<(double X, double Y)> piece)
    {
        if (piece.Count > 0)
            _pieces.Add((piece[0].Y, Line.UnderEnvelope(piece)));
        piece.Clear();
    }
}
