namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>Bytes that may be spent: fills at a rate, holds at most one second of it.</summary>
internal struct TokenBucket
{
    private double _bytes;
    private long _lastNs;

    /// <summary>False when there are too few tokens; nothing is taken then.</summary>
    public bool TryTake(int bytes, long rateBps, long nowNs)
    {
        var perSecond = rateBps / 8.0;
        _bytes = _lastNs == 0 ? perSecond : Math.Min(perSecond, _bytes + ((nowNs - _lastNs) / 1e9 * perSecond));
        _lastNs = nowNs;
        if (_bytes < bytes)
            return false;
        _bytes -= bytes;
        return true;
    }
}
