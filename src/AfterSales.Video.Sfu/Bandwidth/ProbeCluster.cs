namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>
/// One burst sent to learn whether a link carries more, and what came of it. It goes out in steps of a timer, so rates are taken from its second step on:
/// what was sent, and what arrived, after the first.
/// </summary>
internal struct ProbeCluster
{
    /// <summary>Sent within this of the first packet: the first step.</summary>
    private const long StepNs = 2_000_000;

    /// <summary>As libwebrtc: less cannot be told from chance. Loss below is taken for the link's usual one.</summary>
    private const double LeastArrived = 0.6;

    /// <summary>Arriving this much slower than sent, the link was full: its rate is what arrived.</summary>
    private const double FullAbove = 1.11;

    /// <summary>Arriving twice as fast as sent, something on the way held it back and let it go at once: that says nothing.</summary>
    private const double HeldBackBelow = 0.5;

    /// <summary>Of a full link, so that it is not full at once again.</summary>
    private const double Usable = 0.95;

    private long _firstSentNs;
    private long _lastSentNs;
    private long _stepArrivalNs;
    private long _lastArrivalNs;
    private long _sentBytes;
    private long _arrivedBytes;
    private int _packets;
    private int _arrived;

    public int Id { get; private init; }
    public long RateBps { get; private init; }
    public long StartedNs { get; private init; }
    public readonly bool IsActive => Id != 0;

    public static ProbeCluster Start(int id, long rateBps, long nowNs) => new()
    {
        Id = id,
        RateBps = rateBps,
        StartedNs = nowNs,
        _stepArrivalNs = long.MinValue,
        _lastArrivalNs = long.MinValue,
    };

    public void Add(in PacketResult packet)
    {
        if (packet.Fate == PacketFate.Unknown)
            return;
        if (_packets++ == 0)
            _firstSentNs = packet.SentNs;
        _lastSentNs = packet.SentNs;
        var isFirstStep = packet.SentNs - _firstSentNs < StepNs;
        _sentBytes += isFirstStep ? 0 : packet.Bytes;
        if (packet.Fate != PacketFate.Received)
            return;
        _arrived++;
        _lastArrivalNs = Math.Max(_lastArrivalNs, packet.RemoteArrivalNs);
        if (isFirstStep)
            _stepArrivalNs = Math.Max(_stepArrivalNs, packet.RemoteArrivalNs);
        else
            _arrivedBytes += packet.Bytes;
    }

    /// <summary>The rate it proved; 0 when it proved none.</summary>
    public readonly long Proven()
    {
        var sentNs = _lastSentNs - _firstSentNs;
        var arrivedNs = _lastArrivalNs - _stepArrivalNs;
        if (_arrived < _packets * LeastArrived || _stepArrivalNs == long.MinValue || sentNs < StepNs || arrivedNs < sentNs * HeldBackBelow)
            return 0;
        var sentBps = (long)(_sentBytes * 8e9 / sentNs);
        return arrivedNs <= sentNs * FullAbove ? sentBps : (long)(_arrivedBytes * 8e9 / arrivedNs * Usable);
    }
}
