namespace AfterSales.Video.TestKit.Network;

/// <summary>Does things at their time, on a thread of its own, within about a millisecond; of the same time, the earlier queued first.</summary>
internal sealed class DeliveryQueue : IDisposable
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _due = new();
    private readonly Func<TimeSpan> _now;
    private readonly Thread _thread;
    private long _order;
    private bool _isClosed;

    public DeliveryQueue(Func<TimeSpan> now)
    {
        _now = now;
        _thread = new Thread(Run) { IsBackground = true, Name = "impairment" };
        _thread.Start();
    }

    public void Add(TimeSpan at, Action action)
    {
        lock (_due)
        {
            _due.Enqueue(action, (at, _order++));
            Monitor.Pulse(_due);
        }
    }

    public void Dispose()
    {
        lock (_due)
        {
            _isClosed = true;
            Monitor.Pulse(_due);
        }

        _thread.Join();
    }

    private void Run()
    {
        while (TakeNext() is { } action)
            action();
    }

    private Action? TakeNext()
    {
        lock (_due)
        {
            while (!_isClosed)
            {
                if (!_due.TryPeek(out _, out var priority))
                    Monitor.Wait(_due);
                else if (priority.At <= _now())
                    return _due.Dequeue();
                else
                    Monitor.Wait(_due, TimeSpan.FromMilliseconds(Math.Max(1, Math.Floor((priority.At - _now()).TotalMilliseconds))));
            }

            return null;
        }
    }
}
