namespace AfterSales.Video.Rtc.Rtp;

/// <summary>A 16-bit RTP sequence number with serial arithmetic: order is meaningful within half the space (RFC 3550 A.1, RFC 1982).</summary>
public readonly record struct SequenceNumber(ushort Value)
{
    public SequenceNumber Next => new((ushort)(Value + 1));

    public bool IsNewerThan(SequenceNumber other) => DistanceFrom(other) > 0;

    /// <summary>How many steps this number lies after <paramref name="other"/>, −32768 to 32767.</summary>
    public int DistanceFrom(SequenceNumber other) => (short)(Value - other.Value);

    public static SequenceNumber operator +(SequenceNumber left, int steps) => left.Add(steps);

    public SequenceNumber Add(int steps) => new((ushort)(Value + steps));

    public override string ToString() => Value.ToString();
}

/// <summary>
/// Extends sequence numbers to a 64-bit count that never wraps: each value is taken as the one nearest to the highest seen.
/// Starts at 65536 + the first value, so that packets before the first one stay positive.
/// </summary>
public struct SequenceUnwrapper
{
    private long _highest;

    public readonly bool HasStarted => _highest != 0;

    /// <summary>Highest extended number seen; 0 before the first.</summary>
    public readonly long Highest => _highest;

    /// <summary>Extends and moves the highest forward.</summary>
    public long Unwrap(ushort value)
    {
        var extended = Peek(value);
        if (extended > _highest)
            _highest = extended;
        return extended;
    }

    /// <summary>Extends without moving anything.</summary>
    public readonly long Peek(ushort value) =>
        _highest == 0 ? 0x10000L + value : _highest + (short)(value - (ushort)_highest);
}

/// <summary>Extends 32-bit RTP timestamps to 64 bits by the same rule.</summary>
public struct TimestampUnwrapper
{
    private long _last;

    public long Unwrap(uint value)
    {
        _last = _last == 0 ? 0x1_0000_0000L + value : _last + (int)(value - (uint)_last);
        return _last;
    }
}
