namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>
/// Bundles packets sent within 5 ms, or that arrived as one burst, and compares each complete group with the one before: how much longer the way took.
/// draft-ietf-rmcat-gcc-02 §5.2; the burst rule is libwebrtc's (a radio link delivers what it held back at once).
/// </summary>
internal struct PacketGroups
{
    private const long SentTogetherNs = 5_000_000;
    private const long ArrivedTogetherNs = 5_000_000;
    private const long LongestBurstNs = 100_000_000;

    /// <summary>So many groups in a row that arrived before their predecessor mean a new clock or a new path.</summary>
    private const int MaxReordered = 3;

    private Group _current;
    private Group _previous;
    private int _reordered;

    /// <summary>Takes the next received packet. True when it completed a group: then how its sending and its arrival differ from the group before.</summary>
    public bool TryAdd(long sentNs, long arrivalNs, out GroupDelta delta)
    {
        delta = default;
        if (!_current.IsSet)
        {
            _current = Group.Of(sentNs, arrivalNs);
            return false;
        }
        if (sentNs < _current.FirstSentNs)
            return false;
        if (_current.Holds(sentNs, arrivalNs))
        {
            _current.LastSentNs = Math.Max(_current.LastSentNs, sentNs);
            _current.LastArrivalNs = Math.Max(_current.LastArrivalNs, arrivalNs);
            return false;
        }
        var isWhole = _previous.IsSet && TryCompare(out delta);
        _previous = _current;
        _current = Group.Of(sentNs, arrivalNs);
        return isWhole;
    }

    private bool TryCompare(out GroupDelta delta)
    {
        var sent = _current.LastSentNs - _previous.LastSentNs;
        var arrived = _current.LastArrivalNs - _previous.LastArrivalNs;
        delta = new GroupDelta(sent / 1e6, arrived / 1e6, _current.LastArrivalNs);
        if (arrived >= 0)
        {
            _reordered = 0;
            return true;
        }
        if (++_reordered < MaxReordered)
            return false;
        _reordered = 0;
        _current = default;
        return false;
    }

    private struct Group
    {
        public bool IsSet;
        public long FirstSentNs;
        public long LastSentNs;
        public long FirstArrivalNs;
        public long LastArrivalNs;

        public static Group Of(long sentNs, long arrivalNs) => new()
        {
            IsSet = true,
            FirstSentNs = sentNs,
            LastSentNs = sentNs,
            FirstArrivalNs = arrivalNs,
            LastArrivalNs = arrivalNs,
        };

        public readonly bool Holds(long sentNs, long arrivalNs)
        {
            if (sentNs - FirstSentNs <= SentTogetherNs)
                return true;
            var arrived = arrivalNs - LastArrivalNs;
            return arrived <= ArrivedTogetherNs && arrived < sentNs - LastSentNs && arrivalNs - FirstArrivalNs < LongestBurstNs;
        }
    }
}

internal readonly record struct GroupDelta(double SentMs, double ArrivedMs, long ArrivalNs);
