namespace AfterSales.Video.Sfu.Publications;

/// <summary>
/// Decides when to ask for lost packets of one source again. First after 20 ms (less is reordering), then after each round trip
/// time × 1.25ⁿ, at most 400 ms: an answer cannot come sooner, and asking earlier makes a storm.
/// </summary>
internal sealed class NackGenerator
{
    /// <summary>For viewers more is pointless: their buffer has moved on.</summary>
    public const int TriesForViewers = 5;

    /// <summary>Evidence has no deadline.</summary>
    public const int TriesForTaps = 10;

    private const long FirstNs = 20_000_000;
    private const long LongestNs = 400_000_000;
    private const double Backoff = 1.25;

    /// <summary>About one second of 720p; a larger hole is repaired by a key frame.</summary>
    private const int MaxMissing = 256;

    private readonly Missing[] _missing = new Missing[MaxMissing];
    private int _count;
    private long _highest;

    public int MaxTries { get; set; } = TriesForViewers;

    public int Pending => _count;

    /// <summary>Nothing is missing, and nobody has to be told that it will not come.</summary>
    public bool IsIdle => _count == 0 && !GaveUp;

    /// <summary>Set when something will not come any more; the caller asks for a key frame and clears it.</summary>
    public bool GaveUp { get; set; }

    /// <summary>Takes note of an arrived packet, original or repaired.</summary>
    public void OnPacket(long sequence, long nowNs)
    {
        if (_highest == 0)
        {
            _highest = sequence;
            return;
        }
        if (sequence <= _highest)
        {
            Remove(sequence);
            return;
        }
        AddMissing(_highest + 1, sequence, nowNs);
        _highest = sequence;
    }

    /// <summary>Fills <paramref name="destination"/> with what is to be asked for now, ascending.</summary>
    public int TakeDue(long nowNs, long roundTripNs, Span<ushort> destination)
    {
        var due = 0;
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            ref var item = ref _missing[i];
            if (item.NextNs <= nowNs && due < destination.Length)
            {
                if (item.Tries >= MaxTries)
                {
                    GaveUp = true;
                    continue;
                }
                destination[due++] = (ushort)item.Sequence;
                item.NextNs = nowNs + Interval(item.Tries, roundTripNs);
                item.Tries++;
            }
            _missing[kept++] = item;
        }
        _count = kept;
        return due;
    }

    private static long Interval(int tries, long roundTripNs) =>
        (long)Math.Min(LongestNs, Math.Max(FirstNs, roundTripNs) * Math.Pow(Backoff, tries));

    private void AddMissing(long from, long to, long nowNs)
    {
        if (_count + (to - from) > MaxMissing)
        {
            _count = 0;
            GaveUp = true;
            if (to - from > MaxMissing)
                return;
        }
        for (var sequence = from; sequence < to; sequence++)
            _missing[_count++] = new Missing { Sequence = sequence, NextNs = nowNs + FirstNs };
    }

    private void Remove(long sequence)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_missing[i].Sequence != sequence)
                continue;
            Array.Copy(_missing, i + 1, _missing, i, _count - i - 1);
            _count--;
            return;
        }
    }

    private struct Missing
    {
        public long Sequence;
        public long NextNs;
        public int Tries;
    }
}
