using System.Buffers;

namespace AfterSales.Video.Sfu.Forwarding;

/// <summary>
/// Keeps the last packets of one source for retransmission, at most 2 s: later repairs nothing. Payloads lie in one ring of
/// bytes that grows to what the bitrate needs, each with two free bytes before it for the original sequence number of RFC 4588,
/// so an answer is sent without a copy. Returns its buffer when disposed.
/// </summary>
internal sealed class PacketStore(int capacity, int firstBytes, int maxBytes) : IDisposable
{
    public const int Headroom = 2;
    private const long LifetimeNs = 2_000_000_000;

    private readonly Entry[] _entries = new Entry[capacity];
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(firstBytes);

    // Absolute position in an endless stream of bytes; an entry is alive while the ring has not come round to it.
    private long _head;
    private long _roundStartNs;
    private int _packetsInRound;

    /// <summary>500 packets: a second and a half of 720p.</summary>
    public static PacketStore ForVideo() => new(500, 64 * 1024, 512 * 1024);

    /// <summary>200 packets: 4 s of 20 ms frames.</summary>
    public static PacketStore ForAudio() => new(200, 8 * 1024, 64 * 1024);

    public void Add(in InboundPacket packet, long nowNs)
    {
        var size = Headroom + packet.Payload.Length;
        if (size > _bytes.Length)
            return;
        // Never split a packet over the end of the ring.
        var offset = _head % _bytes.Length;
        if (offset + size > _bytes.Length)
        {
            _head += _bytes.Length - offset;
            GrowIfYoung(nowNs);
        }
        _packetsInRound++;
        var start = (int)(_head % _bytes.Length);
        packet.Payload.CopyTo(_bytes.AsSpan(start + Headroom));
        _entries[packet.Sequence % _entries.Length] = new Entry
        {
            Sequence = packet.Sequence,
            Position = _head,
            Length = packet.Payload.Length,
            ArrivalNs = nowNs,
            Timestamp = packet.Timestamp,
            PayloadType = packet.PayloadType,
            Marker = packet.Marker,
            AudioLevel = packet.AudioLevel,
        };
        _head += size;
    }

    /// <summary>Finds a packet not older than 2 s.</summary>
    /// <param name="withHeadroom">The payload with two writable bytes before it, valid until the next call.</param>
    public bool TryGet(long sequence, long nowNs, out InboundPacket packet, out Span<byte> withHeadroom)
    {
        packet = default;
        withHeadroom = default;
        if (sequence < 0)
            return false;
        ref var entry = ref _entries[sequence % _entries.Length];
        if (entry.Sequence != sequence || sequence == 0 || nowNs - entry.ArrivalNs > LifetimeNs || !IsAlive(entry))
            return false;
        withHeadroom = _bytes.AsSpan((int)(entry.Position % _bytes.Length), Headroom + entry.Length);
        packet = new InboundPacket
        {
            Sequence = sequence,
            Timestamp = entry.Timestamp,
            PayloadType = entry.PayloadType,
            Marker = entry.Marker,
            StartsStream = false,
            AudioLevel = entry.AudioLevel,
            Payload = withHeadroom[Headroom..],
        };
        return true;
    }

    public void Dispose()
    {
        var bytes = _bytes;
        _bytes = [];
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
        Array.Clear(_entries);
    }

    private bool IsAlive(in Entry entry) => _head - entry.Position <= _bytes.Length;

    /// <summary>Called when the ring comes round: doubles it when that took less than packets live, before any is overwritten.</summary>
    private void GrowIfYoung(long nowNs)
    {
        var tooShort = nowNs - _roundStartNs < LifetimeNs && _packetsInRound < _entries.Length;
        if (tooShort && _bytes.Length < maxBytes)
            Grow();
        _roundStartNs = nowNs;
        _packetsInRound = 0;
    }

    private void Grow()
    {
        var old = _bytes;
        var grown = ArrayPool<byte>.Shared.Rent(Math.Min(maxBytes, old.Length * 2));
        long head = 0;
        foreach (ref var entry in _entries.AsSpan())
        {
            if (entry.Sequence == 0 || !IsAlive(entry))
            {
                entry = default;
                continue;
            }
            old.AsSpan((int)(entry.Position % old.Length), Headroom + entry.Length).CopyTo(grown.AsSpan((int)head));
            entry.Position = head;
            head += Headroom + entry.Length;
        }
        _bytes = grown;
        _head = head;
        ArrayPool<byte>.Shared.Return(old);
    }

    private struct Entry
    {
        public long Sequence;
        public long Position;
        public long ArrivalNs;
        public int Length;
        public uint Timestamp;
        public byte PayloadType;
        public byte AudioLevel;
        public bool Marker;
    }
}
