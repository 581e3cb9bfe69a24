namespace AfterSales.Video.TestKit.Network;

/// <summary>Both directions of a link under a script, on one clock. Thread-safe.</summary>
internal sealed class ImpairedLink
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly LinkModel _up;
    private readonly LinkModel _down;
    private readonly Queue<LinkStep> _steps;

    public ImpairedLink(LinkScript script, int seed, TimeProvider time)
    {
        (_time, _start) = (time, time.GetTimestamp());
        (_up, _down) = (new LinkModel(seed), new LinkModel(~seed));
        _steps = new Queue<LinkStep>(script.Steps);
    }

    public TimeSpan Now => _time.GetElapsedTime(_start);

    public LinkCounts Up => Read(() => _up.Counts);

    public LinkCounts Down => Read(() => _down.Counts);

    /// <summary>Grows by one with every change of address that is due.</summary>
    public int AddressEpoch
    {
        get
        {
            lock (_lock)
            {
                Advance();
                return field;
            }
        }

        private set;
    }

    /// <summary>From now on, whatever the script said; what it says later still comes.</summary>
    public void Set(LinkConditions? up, LinkConditions? down)
    {
        lock (_lock)
        {
            Advance();
            (_up.Conditions, _down.Conditions) = (up ?? _up.Conditions, down ?? _down.Conditions);
        }
    }

    public void ChangeAddress()
    {
        lock (_lock)
            AddressEpoch++;
    }

    public bool IsDead(bool up)
    {
        lock (_lock)
        {
            Advance();
            return (up ? _up : _down).Conditions.Blackhole;
        }
    }

    /// <inheritdoc cref="LinkModel.Pass"/>
    public int Pass(bool up, int bytes, Span<TimeSpan> times)
    {
        lock (_lock)
        {
            Advance();
            return (up ? _up : _down).Pass(Now, bytes, times);
        }
    }

    private void Advance()
    {
        while (_steps.TryPeek(out var step) && step.At <= Now)
        {
            (_up.Conditions, _down.Conditions) = (step.Up ?? _up.Conditions, step.Down ?? _down.Conditions);
            if (step.ChangesAddress)
                AddressEpoch++;
            _steps.Dequeue();
        }
    }

    private T Read<T>(Func<T> value)
    {
        lock (_lock)
            return value();
    }
}
