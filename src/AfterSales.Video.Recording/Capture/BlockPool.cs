using System.Collections.Concurrent;

namespace AfterSales.Video.Recording.Capture;

/// <summary>Block buffers shared by all recordings of a process. Keeps a few for reuse; the rest is left to the collector.</summary>
internal sealed class BlockPool(int keep)
{
    private readonly ConcurrentQueue<BlockBuffer> _free = new();
    private int _rented;

    /// <summary>Buffers out now; 0 when every recording has ended.</summary>
    public int Outstanding => Volatile.Read(ref _rented);

    public BlockBuffer Rent()
    {
        Interlocked.Increment(ref _rented);
        return _free.TryDequeue(out var block) ? block : new BlockBuffer();
    }

    public void Return(BlockBuffer block)
    {
        Interlocked.Decrement(ref _rented);
        if (_free.Count < keep)
            _free.Enqueue(block);
    }
}
