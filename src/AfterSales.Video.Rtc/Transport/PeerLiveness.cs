namespace AfterSales.Video.Rtc.Transport;

internal enum PeerVerdict
{
    Fine,
    Interrupted,
    ConnectTimeout,
    ConsentExpired,
}

/// <summary>When a peer counts as late, interrupted or gone. Times are monotonic nanoseconds.</summary>
internal sealed class PeerLiveness
{
    private const long Second = 1_000_000_000;

    /// <summary>A browser's ICE and DTLS are done in under a second; 30 s bear a phone in a lift.</summary>
    private const long ConnectNs = 30 * Second;

    /// <summary>Chromium checks every 2.5 s: two missed and media silent.</summary>
    private const long InterruptedNs = 5 * Second;

    /// <summary>RFC 7675 §5.1.</summary>
    private const long ConsentNs = 30 * Second;

    /// <summary>Time for a page to notice and restart ICE before its peer is thrown away.</summary>
    private const long RestartGraceNs = 60 * Second;

    /// <summary>An old ICE generation ends within its second.</summary>
    private const long GenerationCheckNs = Second;

    private long _connectDeadlineNs = long.MaxValue;
    private long _heardNs = long.MinValue;
    private long _consentUntilNs = long.MinValue;
    private long _restartedNs = long.MinValue;

    public bool HasConsent(long nowNs) => nowNs < _consentUntilNs;

    public bool IsHeard(long nowNs) => _heardNs != long.MinValue && nowNs - _heardNs < InterruptedNs;

    public void OnHeard(long nowNs) => _heardNs = nowNs;

    public void ExtendConsent(long nowNs) => _consentUntilNs = nowNs + ConsentNs;

    /// <summary>A first offer or an ICE restart.</summary>
    public void OnRestart(long nowNs)
    {
        if (_connectDeadlineNs == long.MaxValue)
            _connectDeadlineNs = nowNs + ConnectNs;
        _restartedNs = nowNs;
    }

    public PeerVerdict Judge(PeerState state, long nowNs) => state switch
    {
        PeerState.Connecting when nowNs >= _connectDeadlineNs => PeerVerdict.ConnectTimeout,
        PeerState.Connected when nowNs >= _heardNs + InterruptedNs => PeerVerdict.Interrupted,
        PeerState.Interrupted when nowNs >= GoneNs => PeerVerdict.ConsentExpired,
        _ => PeerVerdict.Fine,
    };

    public long NextJudgementNs(PeerState state, bool hasOldGeneration, long nowNs)
    {
        var next = state switch
        {
            PeerState.Connecting => _connectDeadlineNs,
            PeerState.Connected => _heardNs + InterruptedNs,
            _ => GoneNs,
        };
        return hasOldGeneration ? Math.Min(next, nowNs + GenerationCheckNs) : next;
    }

    private long GoneNs => Math.Max(_consentUntilNs, _restartedNs) + RestartGraceNs;
}
