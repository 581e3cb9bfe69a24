namespace AfterSales.Video.Rtc;

/// <summary>
/// The single thread that owns a socket, its peers and every room placed on it. All media state is confined to it,
/// so the packet path takes no lock. Everything else reaches that state by posting work.
/// </summary>
public interface IMediaLoop
{
    /// <summary>True when the caller runs on the loop's thread.</summary>
    bool IsCurrent { get; }

    /// <summary>Monotonic time in nanoseconds, taken once per receive batch. Arbitrary origin.</summary>
    long NowNs { get; }

    /// <summary>Queues work for the loop. False when the bounded queue is full: the caller refuses its own request.</summary>
    bool TryPost(Action work);

    /// <summary>Runs <paramref name="callback"/> once on the loop after <paramref name="due"/> (resolution 1 ms). Loop thread only.</summary>
    LoopTimer Schedule(TimeSpan due, Action callback);

    /// <summary>
    /// Runs <paramref name="callback"/> on the loop every <paramref name="period"/> until cancelled. Missed periods are not made
    /// up for. Allocates here and never again, so that a busy loop's clock costs no garbage. Loop thread only.
    /// </summary>
    LoopTimer SchedulePeriodic(TimeSpan period, Action callback);

    /// <summary>Creates a peer on this loop. Loop thread only.</summary>
    IPeer CreatePeer(PeerOptions options, IPeerObserver observer);
}

/// <summary>A timer of a media loop. Cancelling twice is harmless. Loop thread only.</summary>
/// <param name="period">Zero for a timer that fires once.</param>
public sealed class LoopTimer(Action callback, TimeSpan period = default)
{
    private Action? _callback = callback;

    public bool IsCancelled => _callback is null;

    public TimeSpan Period { get; } = period;

    public void Cancel() => _callback = null;

    /// <summary>For the loop: runs the callback unless cancelled. True when the timer is to be queued again.</summary>
    public bool Fire()
    {
        var pending = _callback;
        if (Period == TimeSpan.Zero)
            _callback = null;
        pending?.Invoke();
        return _callback is not null;
    }
}
