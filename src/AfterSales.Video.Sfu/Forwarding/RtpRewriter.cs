namespace AfterSales.Video.Sfu.Forwarding;

/// <summary>
/// Maps sequence numbers and timestamps of changing sources onto one outgoing stream: within a source the mapping is a constant
/// shift, so order, gaps and repairs stay what they were; at a switch the stream goes on one number later and at the time
/// that has passed. Extended numbers throughout; the wire takes the low bits.
/// </summary>
internal struct RtpRewriter(long firstSequence, int clockRateHz)
{
    private long _lastSequence = firstSequence - 1;
    private uint _lastTimestamp;
    private long _lastTimestampNs;
    private bool _hasSent;
    private Segment _current;
    private Segment _previous;

    /// <summary>Source time + this = outgoing time, for the source that plays now.</summary>
    public readonly uint TimestampShift => _current.TimestampShift;

    public readonly bool HasSource => _current.IsSet;

    /// <summary>
    /// The next packet of <paramref name="sourceId"/> starts a new stretch at this sequence number. Earlier packets of it are
    /// not mapped any more.
    /// </summary>
    public void Switch(int sourceId, long sequence, uint timestamp, long nowNs)
    {
        _previous = _current;
        var outgoing = _lastSequence + 1;
        // At least one frame of 30 per second: two frames with one timestamp would be taken for one.
        var elapsed = _hasSent ? Math.Max(clockRateHz / 30, (long)((nowNs - _lastTimestampNs) / 1e9 * clockRateHz)) : 0;
        var start = _hasSent ? _lastTimestamp + (uint)elapsed : timestamp;
        _current = new Segment
        {
            IsSet = true,
            SourceId = sourceId,
            FirstSource = sequence,
            FirstOutgoing = outgoing,
            TimestampShift = start - timestamp,
        };
    }

    /// <summary>Nothing plays now; numbering goes on at the next switch.</summary>
    public void Stop()
    {
        if (_current.IsSet)
            _previous = _current;
        _current = default;
    }

    /// <summary>False for packets from before the switch.</summary>
    public bool TryMap(int sourceId, long sequence, uint timestamp, long nowNs, out long outgoing, out uint outgoingTimestamp)
    {
        outgoing = 0;
        outgoingTimestamp = 0;
        if (!_current.IsSet || _current.SourceId != sourceId || sequence < _current.FirstSource)
            return false;
        outgoing = sequence - _current.FirstSource + _current.FirstOutgoing;
        outgoingTimestamp = timestamp + _current.TimestampShift;
        if (outgoing > _lastSequence)
        {
            _lastSequence = outgoing;
            _lastTimestamp = outgoingTimestamp;
            _lastTimestampNs = nowNs;
            _hasSent = true;
        }
        return true;
    }

    /// <summary>Finds the source packet behind an outgoing number, in the stretch that plays or the one before.</summary>
    public readonly bool TryReverse(ushort wireSequence, out long outgoing, out int sourceId, out long sequence, out uint timestampShift)
    {
        outgoing = _lastSequence + (short)(wireSequence - (ushort)_lastSequence);
        var segment = _current.IsSet && outgoing >= _current.FirstOutgoing ? _current : _previous;
        sourceId = segment.SourceId;
        timestampShift = segment.TimestampShift;
        sequence = outgoing - segment.FirstOutgoing + segment.FirstSource;
        return segment.IsSet && outgoing >= segment.FirstOutgoing && outgoing <= _lastSequence;
    }

    private struct Segment
    {
        public bool IsSet;
        public int SourceId;
        public long FirstSource;
        public long FirstOutgoing;
        public uint TimestampShift;
    }
}
