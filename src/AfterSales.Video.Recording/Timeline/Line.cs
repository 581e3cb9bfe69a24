namespace AfterSales.Video.Recording.Timeline;

/// <summary>y = Y0 + Slope × (x − X0), in seconds.</summary>
internal readonly record struct Line(double X0, double Y0, double Slope)
{
    /// <summary>Crystals differ by up to some 100 ppm; more is a broken report, not a clock.</summary>
    private const double MaxSkew = 500e-6;

    public double At(double x) => Y0 + Slope * (x - X0);

    /// <summary>
    /// Least squares with the slope held within 500 ppm of 1. Fewer than 4 points do not tell a slope from noise: then 1 is taken and the median
    /// offset. Points far off the first fit (three times the median distance, at least 5 ms) are left out and the fit repeated.
    /// </summary>
    public static Line Fit(ReadOnlySpan<(double X, double Y)> points)
    {
        if (points.Length < 4)
            return Offset(points);
        var first = LeastSquares(points);
        var distances = new double[points.Length];
        for (var i = 0; i < points.Length; i++)
            distances[i] = Math.Abs(points[i].Y - first.At(points[i].X));
        var sorted = distances.Order().ToArray();
        var limit = Math.Max(0.005, 3 * sorted[sorted.Length / 2]);
        var kept = new List<(double, double)>(points.Length);
        for (var i = 0; i < points.Length; i++)
        {
            if (distances[i] <= limit)
                kept.Add(points[i]);
        }

        return kept.Count == points.Length || kept.Count < 4 ? first : LeastSquares(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(kept));
    }

    /// <summary>
    /// The line under points whose y is late by a varying, never negative delay (network, queues): the smallest delay of each 20 s is taken for
    /// true, and a line fitted through those.
    /// </summary>
    public static Line UnderEnvelope(IReadOnlyList<(double X, double Y)> points)
    {
        const double window = 20;
        var lowest = new SortedDictionary<long, (double X, double Y)>();
        foreach (var point in points)
        {
            var key = (long)Math.Floor(point.X / window);
            if (!lowest.TryGetValue(key, out var best) || point.Y - point.X < best.Y - best.X)
                lowest[key] = point;
        }

        if (lowest.Count >= 4)
            return Fit([.. lowest.Values]);
        var minimum = lowest.Values.Select(p => p.Y - p.X).DefaultIfEmpty(0).Min();
        return new Line(0, minimum, 1);
    }

    private static Line Offset(ReadOnlySpan<(double X, double Y)> points)
    {
        if (points.IsEmpty)
            return new Line(0, 0, 1);
        var offsets = new double[points.Length];
        for (var i = 0; i < points.Length; i++)
            offsets[i] = points[i].Y - points[i].X;
        Array.Sort(offsets);
        return new Line(0, offsets[offsets.Length / 2], 1);
    }

    private static Line LeastSquares(ReadOnlySpan<(double X, double Y)> points)
    {
        var (meanX, meanY) = (0d, 0d);
        foreach (var (x, y) in points)
            (meanX, meanY) = (meanX + x / points.Length, meanY + y / points.Length);
        var (xx, xy) = (0d, 0d);
        foreach (var (x, y) in points)
            (xx, xy) = (xx + (x - meanX) * (x - meanX), xy + (x - meanX) * (y - meanY));
        var slope = xx > 0 ? Math.Clamp(xy / xx, 1 - MaxSkew, 1 + MaxSkew) : 1;
        return new Line(meanX, meanY, slope);
    }
}
