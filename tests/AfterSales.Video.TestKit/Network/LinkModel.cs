namespace AfterSales.Video.TestKit.Network;

/// <summary>
/// One direction of a link as a function of time: says of each packet when it comes out. The same seed and the same packets give the same answers. Not
/// thread-safe.
/// </summary>
public sealed class LinkModel(int seed)
{
    /// <summary>Bytes of IPv4 and UDP headers, which a real link carries too.</summary>
    private const int HeaderBytes = 28;

    private readonly Random _random = new(seed);
    private bool _inBurst;
    private TimeSpan _busyUntil;
    private TimeSpan _lastOut;

    public LinkConditions Conditions { get; set; } = LinkConditions.Clear;

    public LinkCounts Counts { get; private set; }

    /// <summary>Times at which the packet comes out: none when lost, two when doubled.</summary>
    /// <param name="now">Never earlier than in the call before.</param>
    /// <param name="bytes">Length of the datagram's payload.</param>
    /// <param name="times">Room for two.</param>
    /// <returns>How many of <paramref name="times"/> were written.</returns>
    public int Pass(TimeSpan now, int bytes, Span<TimeSpan> times)
    {
        Counts = Counts with { Offered = Counts.Offered + 1 };
        if (Conditions.Blackhole || IsLost())
            return Drop();
        if (!TryQueue(now, bytes, out var sent))
            return DropForQueue();
        var copies = _random.NextDouble() < Conditions.Duplicate ? 2 : 1;
        for (var i = 0; i < copies; i++)
            times[i] = Arrival(sent);
        Counts = Counts with { Passed = Counts.Passed + 1, Doubled = Counts.Doubled + copies - 1 };
        return copies;
    }

    private int Drop()
    {
        Counts = Counts with { Lost = Counts.Lost + 1 };
        return 0;
    }

    private int DropForQueue()
    {
        Counts = Counts with { Overflowed = Counts.Overflowed + 1 };
        return 0;
    }

    private bool IsLost()
    {
        var loss = Conditions.Loss;
        if (loss <= 0)
            return _inBurst = false;
        if (Conditions.MeanBurst <= 1)
            return _random.NextDouble() < loss;
        var leave = 1 / Conditions.MeanBurst;
        var enter = loss >= 1 ? 1 : leave * loss / (1 - loss);
        _inBurst = _inBurst ? _random.NextDouble() >= leave : _random.NextDouble() < enter;
        return _inBurst;
    }

    private bool TryQueue(TimeSpan now, int bytes, out TimeSpan sent)
    {
        sent = now;
        if (Conditions.RateBps <= 0)
            return true;
        var start = _busyUntil > now ? _busyUntil : now;
        if (start - now > Conditions.Queue)
            return false;
        sent = _busyUntil = start + TimeSpan.FromSeconds((bytes + HeaderBytes) * 8 / Conditions.RateBps);
        return true;
    }

    private TimeSpan Arrival(TimeSpan sent)
    {
        var arrival = sent + Conditions.Delay + (Conditions.Jitter * _random.NextDouble());
        if (_random.NextDouble() < Conditions.Reorder)
            return arrival + Conditions.ReorderHold;
        return _lastOut = arrival > _lastOut ? arrival : _lastOut;
    }
}

/// <summary>Packets of one direction since the start.</summary>
public readonly record struct LinkCounts(long Offered, long Passed, long Lost, long Overflowed, long Doubled);
