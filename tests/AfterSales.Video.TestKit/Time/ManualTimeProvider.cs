namespace AfterSales.Video.TestKit.Time;

/// <summary>A clock that stands still until a test moves it. Timers fire during <see cref="Advance"/>, in order, on its thread.</summary>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private long _elapsedTicks;

    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 1, 1, 8, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => start + TimeSpan.FromTicks(Interlocked.Read(ref _elapsedTicks));

    // Not from zero: code that takes 0 for "never" shall not pass by accident.
    public override long GetTimestamp() => TimeSpan.TicksPerHour + Interlocked.Read(ref _elapsedTicks);

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Moves the clock forward, stopping at each timer that is due on the way.</summary>
    public void Advance(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero);
        var target = Interlocked.Read(ref _elapsedTicks) + span.Ticks;
        while (TakeDue(target) is { } due)
            due.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? TakeDue(long target)
    {
        lock (_lock)
        {
            var due = _timers.Where(timer => timer.DueTicks <= target).MinBy(timer => timer.DueTicks);
            if (due is null)
            {
                // Under the lock: a timer set by another thread is either seen above, or set by a clock that has arrived.
                Interlocked.Exchange(ref _elapsedTicks, target);
                return null;
            }

            Interlocked.Exchange(ref _elapsedTicks, Math.Max(due.DueTicks, Interlocked.Read(ref _elapsedTicks)));
            if (due.PeriodTicks > 0)
                due.DueTicks += due.PeriodTicks;
            else
                _timers.Remove(due);
            return due;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        public long DueTicks { get; set; }

        public long PeriodTicks { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._lock)
            {
                owner._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                DueTicks = Interlocked.Read(ref owner._elapsedTicks) + dueTime.Ticks;
                PeriodTicks = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
                owner._timers.Add(this);
                return true;
            }
        }

        public void Dispose()
        {
            lock (owner._lock)
                owner._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
