using AfterSales.Video.Native.Sockets;

namespace AfterSales.Video.Rtc.Transport;

/// <summary>The loop's clock and alarm. Real time sleeps in epoll; any other provider wakes the loop through its own timer.</summary>
internal sealed class LoopClock(TimeProvider provider) : IDisposable
{
    /// <summary>More than passes between two lines of a program, less than anything the loop waits for.</summary>
    private const long JumpNs = 1_000_000;

    private readonly bool _isReal = ReferenceEquals(provider, TimeProvider.System);
    private ITimer? _alarm;
    private long _alarmNs = long.MaxValue;

    public long NowNs => provider.TimestampFrequency == 1_000_000_000
        ? provider.GetTimestamp()
        : (long)((Int128)provider.GetTimestamp() * 1_000_000_000 / provider.TimestampFrequency);

    /// <summary>How long epoll may sleep in milliseconds, rounded up; -1 without limit.</summary>
    /// <param name="dueNs">Next timer; long.MaxValue for none.</param>
    /// <param name="wake">Called from any thread when a provider that is not the system's reaches it.</param>
    /// <param name="maxMs">Upper bound in real time.</param>
    public int SleepUntil(long dueNs, Action wake, long maxMs)
    {
        if (!_isReal)
            return SetAlarm(dueNs, wake);
        if (dueNs == long.MaxValue)
            return -1;
        return (int)Math.Clamp((dueNs - NowNs + 999_999) / 1_000_000, 0, maxMs);
    }

    /// <summary>Sleeps until then when the time is real; another provider's time does not pass by sleeping.</summary>
    public void PauseUntil(long dueNs)
    {
        if (_isReal)
            ShortPause.For(dueNs - NowNs);
    }

    public void Dispose() => _alarm?.Dispose();

    private int SetAlarm(long dueNs, Action wake)
    {
        var now = NowNs;
        var left = dueNs == long.MaxValue ? long.MaxValue : dueNs - now;
        if (left <= 0)
            return 0;
        if (dueNs == _alarmNs)
            return -1;
        _alarmNs = dueNs;
        _alarm ??= provider.CreateTimer(state => ((Action)state!)(), wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _alarm.Change(left == long.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromTicks((left + 99) / 100), Timeout.InfiniteTimeSpan);

        // A clock that jumped between reading and setting has set the alarm too late.
        if (dueNs == long.MaxValue || NowNs - now < JumpNs)
            return -1;
        _alarmNs = long.MaxValue;
        return 0;
    }
}
