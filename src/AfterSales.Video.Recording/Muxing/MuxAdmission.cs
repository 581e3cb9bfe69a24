namespace AfterSales.Video.Recording.Muxing;

/// <summary>
/// Lets steps run while their costs fit the capacity; the others wait, cheaper ones first, so that a new recording is playable soon however many court
/// copies are queued. A step dearer than the whole capacity runs alone.
/// </summary>
internal sealed class MuxAdmission(int capacity)
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<TaskCompletionSource, (int Cost, long Order)> _waiting = new();
    private readonly int _capacity = capacity;
    private int _free = capacity;
    private long _order;

    /// <summary>Completes when the step may run; dispose what it gives when the step has ended.</summary>
    public async Task<IDisposable> EnterAsync(int cost, CancellationToken ct)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var place = new Place(this, Math.Min(cost, _capacity));
        lock (_lock)
        {
            _waiting.Enqueue(turn, (place.Cost, _order++));
            LetIn();
        }

        await using var registration = ct.Register(() => turn.TrySetCanceled(ct));
        await turn.Task;
        return place;
    }

    private void LetIn()
    {
        while (_waiting.TryPeek(out var turn, out var place))
        {
            if (!turn.Task.IsCompleted && place.Cost > _free)
                return;
            _waiting.Dequeue();
            // One that gave up waiting takes nothing.
            if (turn.TrySetResult())
                _free -= place.Cost;
        }
    }

    private void Leave(int cost)
    {
        lock (_lock)
        {
            _free += cost;
            LetIn();
        }
    }

    private sealed class Place(MuxAdmission admission, int cost) : IDisposable
    {
        private int _left;

        public int Cost => cost;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                admission.Leave(cost);
        }
    }
}
