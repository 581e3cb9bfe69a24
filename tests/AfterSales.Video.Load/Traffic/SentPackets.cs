using System.Buffers.Binary;

namespace AfterSales.Video.Load.Traffic;

/// <summary>
/// The last packets of one track, by sequence number. A server renumbers what it forwards by a constant that the first packet tells: it is
/// found by its content. Sender and receiver share it on one loop.
/// </summary>
internal sealed class SentPackets(TrafficMeter meter)
{
    /// <summary>20 s of a 1.2 Mbit/s picture; shorter than the loop of content is long enough to be ambiguous.</summary>
    private const int Capacity = 4096;

    /// <summary>So many wrong contents in a row mean that the server has changed the numbering.</summary>
    private const int MismatchesBeforeSearch = 8;
    private readonly Entry[] _entries = new Entry[Capacity];
    private ushort _newest;
    private ushort _offset;
    private bool _hasOffset;
    private int _mismatches;

    /// <param name="payload">As sent.</param>
    public void Sent(ushort sequence, ReadOnlySpan<byte> payload, long nowNs)
    {
        _entries[sequence % Capacity] = new Entry(nowNs, CheckOf(payload), sequence, meter.IsOpen ? EntryState.Counted : EntryState.Uncounted);
        _newest = sequence;
        if (meter.IsOpen)
            meter.Sent++;
    }

    /// <param name="sequence">As the server numbers it.</param>
    /// <returns>False when this is no packet of the track.</returns>
    public bool Received(ushort sequence, ReadOnlySpan<byte> payload, long nowNs)
    {
        var check = CheckOf(payload);
        if (!_hasOffset && !TryFind(sequence, check))
            return false;
        ref var entry = ref _entries[(ushort)(sequence - _offset) % Capacity];
        if (entry.Sequence != (ushort)(sequence - _offset) || entry.Check != check)
        {
            OnMismatch();
            return false;
        }

        _mismatches = 0;
        Count(ref entry, nowNs);
        return true;
    }

    private void Count(ref Entry entry, long nowNs)
    {
        switch (entry.State)
        {
            case EntryState.Counted:
                meter.Received++;
                meter.Latency.Add(nowNs - entry.SentNs);
                break;
            case EntryState.Arrived:
                meter.Duplicated++;
                return;
            default:
                return;
        }

        entry.State = EntryState.Arrived;
    }

    private void OnMismatch()
    {
        if (meter.IsOpen)
            meter.Altered++;
        _hasOffset = ++_mismatches < MismatchesBeforeSearch;
    }

    private bool TryFind(ushort sequence, ulong check)
    {
        for (var back = 0; back < Capacity; back++)
        {
            var candidate = (ushort)(_newest - back);
            ref var entry = ref _entries[candidate % Capacity];
            if (entry.SentNs == 0 || entry.Sequence != candidate || entry.Check != check)
                continue;
            (_offset, _hasOffset, _mismatches) = ((ushort)(sequence - candidate), true, 0);
            return true;
        }

        return false;
    }

    /// <summary>Length and the last 16 bytes: payload descriptors in front may be rewritten, content behind may not.</summary>
    private static ulong CheckOf(ReadOnlySpan<byte> payload)
    {
        Span<byte> tail = stackalloc byte[16];
        tail.Clear();
        payload[^Math.Min(16, payload.Length)..].CopyTo(tail);
        return (BinaryPrimitives.ReadUInt64LittleEndian(tail) * 0x9E37_79B9_7F4A_7C15)
            ^ BinaryPrimitives.ReadUInt64LittleEndian(tail[8..]) ^ ((ulong)payload.Length << 48);
    }

    private enum EntryState : byte
    {
        Uncounted,
        Counted,
        Arrived,
    }

    private record struct Entry(long SentNs, ulong Check, ushort Sequence, EntryState State);
}
