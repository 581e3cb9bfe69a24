namespace AfterSales.Video.Sfu.Forwarding;

/// <summary>Repeats each outgoing packet at most once per round trip (never within 40 ms) and three times in all.</summary>
internal sealed class RetransmissionHistory
{
    private const int MaxRepeats = 3;
    private const long ShortestNs = 40_000_000;

    private readonly Entry[] _entries = new Entry[512];

    public bool TryRepeat(long outgoing, long nowNs, long roundTripNs)
    {
        ref var entry = ref _entries[(int)(outgoing & 511)];
        if (entry.Sequence != outgoing)
            entry = new Entry { Sequence = outgoing, LastNs = long.MinValue / 2 };
        if (entry.Count >= MaxRepeats || nowNs - entry.LastNs < Math.Max(ShortestNs, roundTripNs))
            return false;
        entry.Count++;
        entry.LastNs = nowNs;
        return true;
    }

    private struct Entry
    {
        public long Sequence;
        public long LastNs;
        public int Count;
    }
}
