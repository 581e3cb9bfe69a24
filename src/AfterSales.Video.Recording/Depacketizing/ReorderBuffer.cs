using System.Buffers;

namespace AfterSales.Video.Recording.Depacketizing;

/// <summary>
/// Puts a run's packets in sending order as they are read. One that is in turn passes straight through; others wait for the missing ones, which a
/// retransmission may bring, but never longer than <see cref="HoldNs"/>, so that memory does not grow with the call.
/// </summary>
internal sealed class ReorderBuffer(IPacketConsumer consumer)
{
    /// <summary>Repairs come within two round trips; what a browser still sends after 5 s nobody has seen live either.</summary>
    public const long HoldNs = 5_000_000_000;

    /// <summary>The first packet of a run is the lowest number that comes in this time.</summary>
    private const long StartHoldNs = 500_000_000;
    private const long MaxHeldBytes = 16 * 1024 * 1024;
    private readonly SortedDictionary<long, Held> _held = [];
    private long _heldBytes;
    private long _next = -1;

    /// <summary>Packets that came twice, or after they had been given up.</summary>
    public long Late { get; private set; }

    public void Add(long seq, long timestamp, long arrivalNs, PayloadMarks flags, ReadOnlySpan<byte> payload)
    {
        Advance(arrivalNs);
        if (_next >= 0 && seq < _next)
        {
            Late++;
            return;
        }

        if (seq == _next)
        {
            Deliver(0, seq, timestamp, flags, payload);
            Drain();
            return;
        }

        if (_held.ContainsKey(seq))
        {
            Late++;
            return;
        }

        var copy = ArrayPool<byte>.Shared.Rent(payload.Length);
        payload.CopyTo(copy);
        _held.Add(seq, new Held(timestamp, arrivalNs, flags, copy, payload.Length));
        _heldBytes += payload.Length;
        while (_heldBytes > MaxHeldBytes)
            SkipToHeld();
    }

    /// <summary>Gives up what has been waited for long enough.</summary>
    public void Advance(long nowNs)
    {
        while (_held.Count > 0 && nowNs - FirstHeld.Value.ArrivalNs > (_next < 0 ? StartHoldNs : HoldNs))
            SkipToHeld();
    }

    /// <summary>Nothing more will come.</summary>
    public void Flush()
    {
        while (_held.Count > 0)
            SkipToHeld();
    }

    private KeyValuePair<long, Held> FirstHeld
    {
        get
        {
            using var e = _held.GetEnumerator();
            e.MoveNext();
            return e.Current;
        }
    }

    private void SkipToHeld()
    {
        var (seq, held) = FirstHeld;
        DeliverHeld(_next < 0 ? 0 : seq - _next, seq, held);
        Drain();
    }

    private void Drain()
    {
        while (_held.Count > 0 && _held.TryGetValue(_next, out var held))
            DeliverHeld(0, _next, held);
    }

    private void DeliverHeld(long missing, long seq, in Held held)
    {
        _held.Remove(seq);
        _heldBytes -= held.Length;
        Deliver(missing, seq, held.Timestamp, held.Flags, held.Bytes.AsSpan(0, held.Length));
        ArrayPool<byte>.Shared.Return(held.Bytes);
    }

    private void Deliver(long missing, long seq, long timestamp, PayloadMarks flags, ReadOnlySpan<byte> payload)
    {
        _next = seq + 1;
        consumer.Take(missing, timestamp, flags, payload);
    }

    private readonly record struct Held(long Timestamp, long ArrivalNs, PayloadMarks Flags, byte[] Bytes, int Length);
}

internal interface IPacketConsumer
{
    /// <param name="missing">Packets that never came between the one before and this one.</param>
    void Take(long missing, long timestamp, PayloadMarks flags, ReadOnlySpan<byte> payload);
}
