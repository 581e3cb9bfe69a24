using System.Buffers.Binary;

namespace AfterSales.Video.Rtc.Rtcp;

/// <summary>Builds transport-wide congestion control feedback.</summary>
public static class TransportFeedbackWriter
{
    /// <summary>Marks a packet that did not arrive.</summary>
    public const long NotReceived = long.MinValue;

    /// <summary>Keeps one feedback below 1,000 bytes even when every delta is large.</summary>
    public const int MaxStatuses = 400;

    /// <summary>
    /// Writes one feedback for packets <paramref name="baseSequence"/>, +1, +2…
    /// </summary>
    /// <param name="mediaSsrc">One of the publisher's own SSRCs: Chromium silently ignores feedback for any other.</param>
    /// <param name="arrivalsNs">Arrival of each on any monotonic clock, <see cref="NotReceived"/> for those missing. Must hold one arrival.</param>
    /// <returns>How many packets were covered: fewer when a delta does not fit in 16 bits or the list is long; 0 when nothing was written.</returns>
    public static int TryWrite(
        ref RtcpWriter writer, uint senderSsrc, uint mediaSsrc, ushort baseSequence, byte feedbackCount, scoped ReadOnlySpan<long> arrivalsNs)
    {
        Span<byte> symbols = stackalloc byte[MaxStatuses];
        Span<byte> deltas = stackalloc byte[MaxStatuses * 2];
        var count = Classify(arrivalsNs[..Math.Min(arrivalsNs.Length, MaxStatuses)], symbols, deltas, out var deltaBytes, out var reference);
        if (count == 0)
            return 0;
        Span<byte> chunks = stackalloc byte[MaxStatuses * 2];
        var chunkBytes = WriteChunks(symbols[..count], chunks);
        var length = (16 + chunkBytes + deltaBytes + 3) & ~3;
        if (!writer.TryStart(RtcpType.TransportFeedback, RtcpFormat.TransportWide, length, out var body))
            return 0;
        BinaryPrimitives.WriteUInt32BigEndian(body, senderSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], mediaSsrc);
        BinaryPrimitives.WriteUInt16BigEndian(body[8..], baseSequence);
        BinaryPrimitives.WriteUInt16BigEndian(body[10..], (ushort)count);
        BinaryPrimitives.WriteUInt32BigEndian(body[12..], ((uint)reference << 8) | feedbackCount);
        chunks[..chunkBytes].CopyTo(body[16..]);
        deltas[..deltaBytes].CopyTo(body[(16 + chunkBytes)..]);
        body[(16 + chunkBytes + deltaBytes)..].Clear();
        return count;
    }

    /// <summary>Status symbol and receive delta of each packet, up to the last that arrived or the first delta that does not fit.</summary>
    private static int Classify(ReadOnlySpan<long> arrivals, Span<byte> symbols, Span<byte> deltas, out int deltaBytes, out long reference)
    {
        deltaBytes = 0;
        reference = 0;
        var covered = 0;
        // In ticks of 250 µs, so that rounding errors do not add up.
        var last = long.MinValue;
        for (var i = 0; i < arrivals.Length; i++)
        {
            symbols[i] = 0;
            if (arrivals[i] == NotReceived)
                continue;
            var ticks = arrivals[i] / TransportFeedbackReader.DeltaUnitNs;
            if (last == long.MinValue)
            {
                reference = arrivals[i] / TransportFeedbackReader.ReferenceUnitNs;
                last = reference * (TransportFeedbackReader.ReferenceUnitNs / TransportFeedbackReader.DeltaUnitNs);
            }
            var delta = ticks - last;
            if (delta is < short.MinValue or > short.MaxValue)
                break;
            deltaBytes += WriteDelta(deltas[deltaBytes..], (short)delta, out symbols[i]);
            last = ticks;
            covered = i + 1;
        }
        return covered;
    }

    private static int WriteDelta(Span<byte> destination, short delta, out byte symbol)
    {
        if (delta is >= 0 and <= 255)
        {
            symbol = 1;
            destination[0] = (byte)delta;
            return 1;
        }
        symbol = 2;
        BinaryPrimitives.WriteInt16BigEndian(destination, delta);
        return 2;
    }

    private static int WriteChunks(ReadOnlySpan<byte> symbols, Span<byte> destination)
    {
        var written = 0;
        while (!symbols.IsEmpty)
        {
            var taken = NextChunk(symbols, out var chunk);
            BinaryPrimitives.WriteUInt16BigEndian(destination[written..], chunk);
            written += 2;
            symbols = symbols[taken..];
        }
        return written;
    }

    /// <summary>A run where it saves something, else a vector of 14 one-bit or 7 two-bit symbols; the last may be partly empty.</summary>
    private static int NextChunk(ReadOnlySpan<byte> symbols, out ushort chunk)
    {
        var run = symbols.IndexOfAnyExcept(symbols[0]);
        if (run < 0)
            run = symbols.Length;
        var small = symbols[..Math.Min(14, symbols.Length)];
        var oneBit = !small.Contains((byte)2);
        if (run >= (oneBit ? 14 : 7) || run == symbols.Length)
        {
            chunk = (ushort)((symbols[0] << 13) | run);
            return run;
        }
        var take = oneBit ? small.Length : Math.Min(7, symbols.Length);
        chunk = (ushort)(oneBit ? 0x8000 : 0xC000);
        for (var i = 0; i < take; i++)
            chunk |= (ushort)(oneBit ? symbols[i] << (13 - i) : symbols[i] << (12 - (2 * i)));
        return take;
    }
}
