namespace AfterSales.Video.Recording.Timeline;

/// <summary>y = Y0 + Slope × (x − X0), in seconds.</summary>
internal readonly record struct Line(double X0, double Y0, double Slope)
{
    /// <summary>Two crystals each 500 ppm off in opposite ways differ by 1,000 ppm; more is a broken report, not a clock.</summary>
    private const double MaxSkew = 1200e-6;

    /// <summary>Reports are stamped to some milliseconds; a point farther off is looked at twice.</summary>
    private const double Fine = 0.005;

    public double At(double x) => Y0 + Slope * (x - X0);

    /// <summary>
    /// Least squares with the slope held within 1,200 ppm of 1. Fewer than 4 points do not tell a slope from noise: then 1 is taken and the median
    /// offset. When points lie off, a line by medians, which nearly half of all points cannot pull away, says which to leave out.
    /// </summary>
    public static Line Fit(ReadOnlySpan<(double X, double Y)> points)
    {
        if (points.Length < 4)
            return Offset(points, 1);
        var first = LeastSquares(points);
        if (Within(points, first, Fine).Count == points.Length)
            return first;
        var robust = Offset(points, MedianSlope(points));
        var kept = Within(points, robust, Math.Max(Fine, 3 * MedianDistance(points, robust)));
        return kept.Count < 4 ? robust : LeastSquares(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(kept));
    }

    private static List<(double X, double Y)> Within(ReadOnlySpan<(double X, double Y)> points, Line line, double limit)
    {
        var kept = new List<(double, double)>(points.Length);
        foreach (var point in points)
        {
            if (Math.Abs(point.Y - line.At(point.X)) <= limit)
                kept.Add(point);
        }

        return kept;
    }

    private static double MedianDistance(ReadOnlySpan<(double X, double Y)> points, Line line)
    {
        var distances = new double[points.Length];
        for (var i = 0; i < points.Length; i++)
            distances[i] = Math.Abs(points[i].Y - line.At(points[i].X));
        Array.Sort(distances);
        return distances[distances.Length / 2];
    }

    /// <summary>Of the slopes between points half the list apart (a thinned Theil–Sen estimator).</summary>
    private static double MedianSlope(ReadOnlySpan<(double X, double Y)> points)
    {
        var (half, slopes) = (points.Length / 2, new List<double>(points.Length));
        for (var i = 0; i + half < points.Length; i++)
        {
            var (a, b) = (points[i], points[i + half]);
            if (b.X > a.X)
                slopes.Add((b.Y - a.Y) / (b.X - a.X));
        }

        slopes.Sort();
        return slopes.Count == 0 ? 1 : Math.Clamp(slopes[slopes.Count / 2], 1 - MaxSkew, 1 + MaxSkew);
    }

    private static Line Offset(ReadOnlySpan<(double X, double Y)> points, double slope)
    {
        if (points.IsEmpty)
            return new Line(0, 0, 1);
        var (origin, offsets) = (points[0].X, new double[points.Length]);
        for (var i = 0; i < points.Length; i++)
            offsets[i] = points[i].Y - slope * (points[i].X - origin);
        Array.Sort(offsets);
        return new Line(origin, offsets[offsets.Length / 2], slope);
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
