using AfterSales.Video.Rtc;
using AfterSales.Video.Sfu.Telemetry;

namespace AfterSales.Video.Sfu.Rooms;

/// <summary>The rooms of one media loop and the one clock that ticks for all of them. Media loop only, but for the count.</summary>
internal sealed class LoopRooms(IMediaLoop loop, SfuOptions options, IRoomObserver observer)
{
    /// <summary>Half of the first NACK's delay.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);

    private readonly List<Room> _rooms = [];
    private LoopTimer? _timer;
    private long _anchorNs;
    private long _lastPublishNs;
    private int _count;

    public IMediaLoop Loop { get; } = loop;
    public SfuOptions Options { get; } = options;
    public IRoomObserver Observer { get; } = observer;
    public SfuCounters Counters { get; } = new();

    /// <summary>One RTCP compound within the MTU.</summary>
    public byte[] RtcpScratch { get; } = new byte[1200];

    /// <summary>One restored packet.</summary>
    public byte[] RtpScratch { get; } = new byte[2048];

    /// <summary>Rooms here or on their way; any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Called by who posts the opening, before it runs.</summary>
    public void Reserve() => Interlocked.Increment(ref _count);

    public void Release() => Interlocked.Decrement(ref _count);

    public void Add(Room room)
    {
        _rooms.Add(room);
        SfuCounters.RoomsChanged(1);
        _timer ??= Loop.SchedulePeriodic(Period, Tick);
    }

    public void Remove(Room room)
    {
        if (!_rooms.Remove(room))
            return;
        SfuCounters.RoomsChanged(-1);
        Release();
        if (_rooms.Count > 0)
            return;
        _timer?.Cancel();
        _timer = null;
        Counters.Publish();
    }

    /// <summary>Wall clock in nanoseconds since 1900, for sender reports: read once, then carried on by the loop's own time.</summary>
    public long ServerNs(long nowNs)
    {
        if (_anchorNs == 0)
        {
            var since1900 = Options.Clock.GetUtcNow() - new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);
            _anchorNs = (since1900.Ticks * 100) - nowNs;
        }
        return _anchorNs + nowNs;
    }

    private void Tick()
    {
        var now = Loop.NowNs;
        // A room may close itself in its tick.
        for (var i = _rooms.Count - 1; i >= 0; i--)
            _rooms[i].Tick(now);
        if (now - _lastPublishNs < 1_000_000_000)
            return;
        _lastPublishNs = now;
        Counters.Publish();
    }
}
