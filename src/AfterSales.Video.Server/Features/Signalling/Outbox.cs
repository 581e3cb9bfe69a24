using AfterSales.Video.Contracts.Hubs;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>
/// The numbered messages of one participant: 1, 2, 3… Keeps the latest until they are acknowledged; what had to be forgotten
/// makes a resume that needs it stale. Not thread-safe: its place guards it.
/// </summary>
internal sealed class Outbox(int capacity)
{
    private readonly Queue<CallMessage> _kept = new();

    /// <summary>Number of the last message; 0 before the first.</summary>
    public long LastSeq { get; private set; }

    /// <summary>Gives the message its number and keeps it; at capacity the oldest is forgotten.</summary>
    public CallMessage Append(CallMessage message)
    {
        var numbered = message with { Seq = ++LastSeq };
        _kept.Enqueue(numbered);
        if (_kept.Count > capacity)
            _kept.Dequeue();
        return numbered;
    }

    public void Acknowledge(long seq)
    {
        while (_kept.TryPeek(out var oldest) && oldest.Seq <= seq)
            _kept.Dequeue();
    }

    /// <summary>What follows <paramref name="lastSeq"/>; false when some of it is forgotten or was never sent.</summary>
    public bool TryRead(long lastSeq, out IReadOnlyList<CallMessage> missed)
    {
        missed = [];
        var oldest = _kept.TryPeek(out var first) ? first.Seq : LastSeq + 1;
        if (lastSeq > LastSeq || lastSeq < oldest - 1)
            return false;
        missed = _kept.Where(m => m.Seq > lastSeq).ToList();
        return true;
    }

    /// <summary>A fresh page counts from 1 again.</summary>
    public void Reset()
    {
        _kept.Clear();
        LastSeq = 0;
    }
}
