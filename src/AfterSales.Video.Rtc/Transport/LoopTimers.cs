namespace AfterSales.Video.Rtc.Transport;

/// <summary>Timers of one loop in a heap. Cancelled ones leave it when their time comes.</summary>
internal sealed class LoopTimers
{
    private readonly PriorityQueue<LoopTimer, long> _queue = new();

    public LoopTimer Add(long nowNs, TimeSpan due, TimeSpan period, Action callback)
    {
        var timer = new LoopTimer(callback, period);
        _queue.Enqueue(timer, nowNs + Math.Max(0, due.Ticks * TimeSpan.NanosecondsPerTick));
        return timer;
    }

    /// <summary>When the loop must wake at the latest; <see cref="long.MaxValue"/> without timers.</summary>
    public long NextDueNs()
    {
        while (_queue.TryPeek(out var timer, out var due))
        {
            if (!timer.IsCancelled)
                return due;
            _queue.Dequeue();
        }

        return long.MaxValue;
    }

    /// <summary>Takes one due timer, and puts a periodic one back: missed periods are not made up for.</summary>
    public bool TryTakeDue(long nowNs, out LoopTimer timer)
    {
        if (NextDueNs() > nowNs)
        {
            timer = null!;
            return false;
        }

        _queue.TryDequeue(out timer!, out var due);
        if (timer.Period > TimeSpan.Zero)
        {
            var period = timer.Period.Ticks * TimeSpan.NanosecondsPerTick;
            _queue.Enqueue(timer, Math.Max(due + period, nowNs + 1));
        }

        return true;
    }
}
