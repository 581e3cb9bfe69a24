namespace AfterSales.Video.Recording.Capture;

/// <summary>Counts what the recorder could not keep, for one reason, until a GAP record can say so. Any thread; the lock is taken only when something is lost.</summary>
/// <param name="reason">Of recordings-schema/journal/v1 §5.</param>
internal sealed class GapCounter(string reason)
{
    private readonly Lock _lock = new();
    private GapStatement _gap;
    private long _total;
    private volatile bool _pending;

    /// <summary>Packets stated or still to be stated.</summary>
    public long Total => Volatile.Read(ref _total);

    public void Add(long timeNs, int bytes) => Add(new GapStatement(timeNs, timeNs, 1, (ulong)bytes), isNew: true);

    /// <summary>A whole block is lost, with what it stated.</summary>
    public void Add(BlockBuffer block)
    {
        Add(new GapStatement(block.OpenedNs, block.SealedNs, (uint)block.Packets, (ulong)block.PacketBytes), isNew: true);
        Restate(block.Statements);
    }

    /// <summary>GAP records that were written and are lost.</summary>
    public static void Restate(List<(GapCounter Counter, GapStatement Gap)> statements)
    {
        foreach (var (counter, gap) in statements)
            counter.Add(gap, isNew: false);
        statements.Clear();
    }

    /// <summary>Takes over what another one counted.</summary>
    public void Take(GapCounter other)
    {
        if (!other._pending)
            return;
        Add(other._gap, isNew: true);
        other.Clear();
    }

    /// <summary>What was counted was not lost after all.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _total -= _gap.Packets;
            (_gap, _pending) = (default, false);
        }
    }

    /// <summary>Writes one GAP record for all that was lost since the last one. False when there was nothing.</summary>
    /// <param name="keep">It will be written again.</param>
    public bool WriteTo(BlockBuffer block, bool keep = false)
    {
        if (!_pending)
            return false;
        lock (_lock)
        {
            if (!block.Records.Gap(_gap.FromNs, _gap.ToNs, _gap.Packets, _gap.Bytes, reason))
                return false;
            if (keep)
                return true;
            block.Statements.Add((this, _gap));
            (_gap, _pending) = (default, false);
            return true;
        }
    }

    private void Add(in GapStatement gap, bool isNew)
    {
        lock (_lock)
        {
            _gap = _pending
                ? new GapStatement(Math.Min(_gap.FromNs, gap.FromNs), Math.Max(_gap.ToNs, gap.ToNs), _gap.Packets + gap.Packets, _gap.Bytes + gap.Bytes)
                : gap;
            _total += isNew ? gap.Packets : 0;
            _pending = true;
        }
    }
}

/// <summary>What one GAP record says.</summary>
internal readonly record struct GapStatement(long FromNs, long ToNs, uint Packets, ulong Bytes);
