namespace AfterSales.Video.Sfu.Publications;

/// <summary>
/// Coalesces the wishes for a key frame of one source. The first is sent at once; an unanswered one is repeated after 200 ms or
/// 1.5 round trips, whichever is longer, five times (the request may be lost), then each second. Once a key frame came, the
/// next is not asked for within a second of the last: key frames are what breaks a thin link.
/// </summary>
internal sealed class KeyFrameRequestSchedule
{
    private const long RetryNs = 200_000_000;
    private const long SpacingNs = 1_000_000_000;
    private const int QuickRetries = 5;

    private bool _wanted;
    private int _sent;
    private long _lastSentNs = long.MinValue / 2;
    private long _lastFirstNs = long.MinValue / 2;

    public bool IsWanted => _wanted;

    public void Want() => _wanted = true;

    public void OnKeyFrame()
    {
        _wanted = false;
        _sent = 0;
    }

    /// <summary>True when a request must go out now.</summary>
    public bool TakeDue(long nowNs, long roundTripNs)
    {
        if (!_wanted)
            return false;
        var due = _sent == 0
            ? _lastFirstNs + SpacingNs
            : _lastSentNs + (_sent > QuickRetries ? SpacingNs : Math.Max(RetryNs, roundTripNs * 3 / 2));
        if (nowNs < due)
            return false;
        if (_sent == 0)
            _lastFirstNs = nowNs;
        _sent++;
        _lastSentNs = nowNs;
        return true;
    }
}
