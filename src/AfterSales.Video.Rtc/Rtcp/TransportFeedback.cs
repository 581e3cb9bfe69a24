using System.Buffers.Binary;

namespace AfterSales.Video.Rtc.Rtcp;

/// <summary>
/// Reads transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1). Parsing costs time
/// linear in the packet's bytes; walking costs time linear in the announced packets (at most 65,535).
/// </summary>
public ref struct TransportFeedbackReader
{
    /// <summary>Deltas count 250 µs.</summary>
    public const long DeltaUnitNs = 250_000;

    /// <summary>The reference time counts 64 ms.</summary>
    public const long ReferenceUnitNs = 64_000_000;

    private const int FixedLength = 16;

    private ReadOnlySpan<byte> _chunks;
    private ReadOnlySpan<byte> _deltas;
    private ushort _chunk;
    private int _leftInChunk;
    private int _remaining;
    private int _index;
    private long _timeNs;

    public uint SenderSsrc { get; private init; }
    public uint MediaSsrc { get; private init; }
    public ushort BaseSequence { get; private init; }
    public int StatusCount { get; private init; }
    public byte FeedbackCount { get; private init; }

    /// <summary>Sequence number of the current packet.</summary>
    public readonly ushort Sequence => (ushort)(BaseSequence + _index - 1);

    public bool Received { get; private set; }

    /// <summary>Arrival at the remote side, nanoseconds on its own clock (wraps every 12 days). Meaningful when received.</summary>
    public readonly long ArrivalNs => _timeNs;

    public static bool TryParse(in RtcpPacketView packet, out TransportFeedbackReader feedback)
    {
        feedback = default;
        var body = packet.Body;
        if (packet.Type != RtcpType.TransportFeedback || packet.Count != RtcpFormat.TransportWide || body.Length < FixedLength)
            return false;
        int statuses = BinaryPrimitives.ReadUInt16BigEndian(body[10..]);
        if (statuses == 0 || !TryMeasure(body[FixedLength..], statuses, out var chunkBytes, out var deltaBytes)
            || body.Length < FixedLength + chunkBytes + deltaBytes)
            return false;
        // 24 bits, signed.
        var reference = BinaryPrimitives.ReadInt32BigEndian(body[12..]) >> 8;
        feedback = new TransportFeedbackReader
        {
            SenderSsrc = BinaryPrimitives.ReadUInt32BigEndian(body),
            MediaSsrc = BinaryPrimitives.ReadUInt32BigEndian(body[4..]),
            BaseSequence = BinaryPrimitives.ReadUInt16BigEndian(body[8..]),
            StatusCount = statuses,
            FeedbackCount = body[15],
            _remaining = statuses,
            _timeNs = reference * ReferenceUnitNs,
            _chunks = body.Slice(FixedLength, chunkBytes),
            _deltas = body.Slice(FixedLength + chunkBytes, deltaBytes),
        };
        return true;
    }

    /// <summary>Moves to the next announced packet.</summary>
    public bool MoveNext()
    {
        if (_remaining == 0)
            return false;
        if (_leftInChunk == 0)
        {
            _chunk = BinaryPrimitives.ReadUInt16BigEndian(_chunks);
            _chunks = _chunks[2..];
            _leftInChunk = Capacity(_chunk);
        }
        var symbol = SymbolAt(_chunk, Capacity(_chunk) - _leftInChunk);
        _leftInChunk--;
        _remaining--;
        _index++;
        Received = symbol is 1 or 2;
        if (symbol == 1)
        {
            _timeNs += _deltas[0] * DeltaUnitNs;
            _deltas = _deltas[1..];
        }
        else if (symbol == 2)
        {
            _timeNs += BinaryPrimitives.ReadInt16BigEndian(_deltas) * DeltaUnitNs;
            _deltas = _deltas[2..];
        }
        return true;
    }

    private static bool TryMeasure(ReadOnlySpan<byte> data, int statuses, out int chunkBytes, out int deltaBytes)
    {
        chunkBytes = 0;
        deltaBytes = 0;
        while (statuses > 0)
        {
            if (data.Length < chunkBytes + 2)
                return false;
            var chunk = BinaryPrimitives.ReadUInt16BigEndian(data[chunkBytes..]);
            chunkBytes += 2;
            // An empty run would never end the list.
            if (Capacity(chunk) == 0)
                return false;
            var count = Math.Min(Capacity(chunk), statuses);
            deltaBytes += DeltaBytes(chunk, count);
            statuses -= count;
        }
        return true;
    }

    private static int DeltaBytes(ushort chunk, int count)
    {
        if ((chunk & 0x8000) == 0)
            return count * SizeOf((chunk >> 13) & 0x03);
        var bytes = 0;
        for (var i = 0; i < count; i++)
            bytes += SizeOf(SymbolAt(chunk, i));
        return bytes;
    }

    private static int SizeOf(int symbol) => symbol is 1 or 2 ? symbol : 0;

    private static int Capacity(ushort chunk) => (chunk & 0x8000) == 0 ? chunk & 0x1FFF : (chunk & 0x4000) == 0 ? 14 : 7;

    private static int SymbolAt(ushort chunk, int position)
    {
        if ((chunk & 0x8000) == 0)
            return (chunk >> 13) & 0x03;
        return (chunk & 0x4000) == 0 ? (chunk >> (13 - position)) & 0x01 : (chunk >> (12 - (2 * position))) & 0x03;
    }
}
