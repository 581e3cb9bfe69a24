namespace AfterSales.Video.Recording.Timeline;

/// <summary>
/// Of points whose y is late by a varying, never negative delay (network, queues), the least delayed of each 20 s of x: those are close to the truth.
/// </summary>
internal sealed class LowestDelays
{
    private const double WindowSeconds = 20;
    private readonly SortedDictionary<long, (double X, double Y)> _lowest = [];
    private long _key = long.MinValue;
    private (double X, double Y) _best;

    public void Add(double x, double y)
    {
        var key = (long)Math.Floor(x / WindowSeconds);
        if (key != _key)
        {
            Keep();
            (_key, _best) = (key, _lowest.TryGetValue(key, out var known) ? known : (x, y));
        }

        if (y - x < _best.Y - _best.X)
            _best = (x, y);
    }

    public (double X, double Y)[] Points()
    {
        Keep();
        return [.. _lowest.Values];
    }

    /// <summary>A line through the points; fewer than 4 do not tell a slope from noise, then the smallest delay alone counts.</summary>
    public Line Fit()
    {
        var points = Points();
        return points.Length >= 4 ? Line.Fit(points) : new Line(0, points.Select(p => p.Y - p.X).DefaultIfEmpty(0).Min(), 1);
    }

    private void Keep()
    {
        if (_key != long.MinValue)
            _lowest[_key] = _best;
    }
}
