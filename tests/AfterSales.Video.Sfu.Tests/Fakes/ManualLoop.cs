using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Sfu.Tests.Fakes;

/// <summary>A media loop on the test's thread, whose time moves when the test says so.</summary>
internal sealed class ManualLoop : IMediaLoop
{
    private readonly List<(long DueNs, LoopTimer Timer)> _timers = [];

    public bool IsCurrent => true;

    public long NowNs { get; private set; } = 1_000_000_000;

    public bool IsFull { get; set; }

    public List<FakePeer> Peers { get; } = [];

    /// <summary>What an offer negotiates to.</summary>
    public Dictionary<string, NegotiatedSession> Offers { get; } = new(StringComparer.Ordinal);

    public bool TryPost(Action work)
    {
        if (IsFull)
            return false;
        work();
        return true;
    }

    public LoopTimer Schedule(TimeSpan due, Action callback) => Add(due, new LoopTimer(callback));

    public LoopTimer SchedulePeriodic(TimeSpan period, Action callback) => Add(period, new LoopTimer(callback, period));

    public IPeer CreatePeer(PeerOptions options, IPeerObserver observer)
    {
        var peer = new FakePeer(this, observer);
        Peers.Add(peer);
        return peer;
    }

    public void Advance(double milliseconds)
    {
        var end = NowNs + (long)(milliseconds * 1e6);
        while (_timers.Count > 0)
        {
            var (dueNs, timer) = _timers.MinBy(item => item.DueNs);
            if (dueNs > end)
                break;
            NowNs = Math.Max(NowNs, dueNs);
            _timers.Remove((dueNs, timer));
            if (timer.Fire())
                _timers.Add((dueNs + (long)timer.Period.TotalNanoseconds, timer));
        }
        NowNs = end;
    }

    /// <summary>Time passes, timers do not fire.</summary>
    public void Skip(double milliseconds) => NowNs += (long)(milliseconds * 1e6);

    private LoopTimer Add(TimeSpan due, LoopTimer timer)
    {
        _timers.Add((NowNs + (long)due.TotalNanoseconds, timer));
        return timer;
    }
}
