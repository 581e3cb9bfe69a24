namespace AfterSales.Video.Load.Traffic;

/// <summary>Counts times in steps of 10 µs up to 500 ms; longer ones count as that. One writer.</summary>
internal sealed class LatencyHistogram
{
    private const int StepNs = 10_000;
    private readonly long[] _counts = new long[50_001];

    public long Count { get; private set; }

    public double MaxMs { get; private set; }

    public void Add(long durationNs)
    {
        _counts[Math.Clamp(durationNs / StepNs, 0, _counts.Length - 1)]++;
        Count++;
        MaxMs = Math.Max(MaxMs, durationNs / 1e6);
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
        MaxMs = Math.Max(MaxMs, other.MaxMs);
    }

    /// <summary>Milliseconds, the middle of the step; 0 when nothing was counted.</summary>
    /// <param name="share">0 to 1.</param>
    public double Percentile(double share)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(share * Count));
        var seen = 0L;
        for (var i = 0; i < _counts.Length && Count > 0; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
                return (i + 0.5) * StepNs / 1e6;
        }

        return 0;
    }
}
