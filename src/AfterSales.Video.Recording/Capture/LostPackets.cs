namespace AfterSales.Video.Recording.Capture;

/// <summary>Counts what the recorder could not keep until a GAP record can say so. Any thread; the lock is taken only when something is lost.</summary>
internal sealed class LostPackets
{
    private readonly Lock _lock = new();
    private long _fromNs;
    private long _toNs;
    private uint _packets;
    private ulong _bytes;
    private long _total;
    private volatile bool _pending;

    public long Total => Volatile.Read(ref _total);

    public void Add(long timeNs, int bytes) => Add(timeNs, timeNs, 1, bytes);

    /// <summary>A sealed block that could not be written.</summary>
    public void Add(BlockBuffer block) => Add(block.OpenedNs, block.SealedNs, (uint)block.Packets, block.PacketBytes);

    /// <summary>Writes one GAP record for all that was lost since the last one.</summary>
    public void WriteTo(BlockBuffer block)
    {
        if (!_pending)
            return;
        lock (_lock)
        {
            block.Records.Gap(_fromNs, _toNs, _packets, _bytes);
            (_packets, _bytes, _pending) = (0, 0, false);
        }
    }

    private void Add(long fromNs, long toNs, uint packets, long bytes)
    {
        lock (_lock)
        {
            (_fromNs, _toNs) = _pending ? (Math.Min(_fromNs, fromNs), Math.Max(_toNs, toNs)) : (fromNs, toNs);
            _packets += packets;
            _bytes += (ulong)bytes;
            _total += packets;
            _pending = true;
        }
    }
}
