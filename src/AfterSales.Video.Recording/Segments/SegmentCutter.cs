using AfterSales.Video.Evidence.Journals;
using Microsoft.Win32.SafeHandles;

namespace AfterSales.Video.Recording.Segments;

/// <summary>
/// Where a part's segments begin and end. Depends on nothing but the file's bytes, so that a restart cuts the same segments again.
/// </summary>
internal static class SegmentCutter
{
    /// <param name="from">0, where the head begins, or the end of a segment.</param>
    /// <param name="length">Bytes of the part that may be used.</param>
    /// <param name="finished">The part gets no more: what is left is a segment, however short.</param>
    /// <param name="limit">Where it ends at the latest.</param>
    /// <returns>Null while the next segment is not complete.</returns>
    /// <exception cref="InvalidDataException">There is no block where one should be.</exception>
    public static SegmentRange? Next(SafeFileHandle file, long from, long length, bool finished, SegmentLimit limit)
    {
        Span<byte> bytes = stackalloc byte[JournalFormat.BlockHeaderLength];
        var at = from == 0 ? HeadLength(file, length) : from;
        var (firstNs, firstSeq, lastSeq) = (long.MinValue, -1L, -1L);
        while (at < length)
        {
            if (!TryRead(file, bytes, at) || !BlockHeader.TryRead(bytes, out var header) || length - at - bytes.Length < header.StoredLength)
                throw new InvalidDataException($"There is no whole block at byte {at}.");
            if (firstNs == long.MinValue)
                (firstNs, firstSeq) = (header.MonotonicNs, header.Seq);
            var next = at + bytes.Length + header.StoredLength;
            if (header.MonotonicNs - firstNs >= limit.SpanNs || (next - from > limit.Length && lastSeq >= 0))
                return new SegmentRange(from, at, firstSeq, lastSeq);
            (at, lastSeq) = (next, header.Seq);
        }

        return finished && at > from ? new SegmentRange(from, at, firstSeq, lastSeq) : null;
    }

    private static long HeadLength(SafeFileHandle file, long length)
    {
        Span<byte> prologue = stackalloc byte[JournalFormat.PrologueLength];
        if (!TryRead(file, prologue, 0) || !FileHeader.TryReadPrologue(prologue, out var bodyLength, out _))
            throw new InvalidDataException("The file is no journal.");
        return Math.Min(length, JournalFormat.PrologueLength + bodyLength + JournalFormat.HashLength);
    }

    private static bool TryRead(SafeFileHandle file, Span<byte> bytes, long at)
    {
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(file, bytes[done..], at + done);
            if (read == 0)
                return false;
            done += read;
        }

        return true;
    }
}

/// <param name="SpanNs">A segment is closed by the first block that is so much younger than its first one.</param>
/// <param name="Length">The most bytes, unless a single block has more.</param>
internal readonly record struct SegmentLimit(long SpanNs, long Length)
{
    /// <summary>Backlog of a dense call: keeps a single put small.</summary>
    private const long UsualLength = 16 * 1024 * 1024;

    /// <summary>For a segment that is stored already, whatever limit it was cut by.</summary>
    public static SegmentLimit None => new(long.MaxValue, long.MaxValue);

    public static SegmentLimit Of(TimeSpan span) => new(span.Ticks * 100, UsualLength);
}

/// <summary>Bytes [From, To) of a part.</summary>
/// <param name="FirstSeq">-1 when no block is inside.</param>
internal readonly record struct SegmentRange(long From, long To, long FirstSeq, long LastSeq)
{
    public long Length => To - From;
}
