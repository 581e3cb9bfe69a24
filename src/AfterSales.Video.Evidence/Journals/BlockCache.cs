namespace AfterSales.Video.Evidence.Journals;

/// <summary>Plaintext of the last few blocks asked for. Blocks must have been read, and so checked, once before.</summary>
internal sealed class BlockCache(IReadOnlyList<JournalPart> parts, ReadOnlySpan<byte> dataKey) : IDisposable
{
    /// <summary>Tracks written to the journal side by side and repairs that came late make a reader jump between a few blocks.</summary>
    private const int Kept = 8;
    private readonly BlockOpener? _opener = dataKey.IsEmpty ? null : new BlockOpener(dataKey);
    private readonly List<long> _positions = [];
    private readonly Entry[] _entries = [.. Enumerable.Range(0, Kept).Select(_ => new Entry())];
    private readonly byte[] _header = new byte[JournalFormat.BlockHeaderLength];
    private Entry? _latest;
    private int _longest;
    private int _oldest;

    /// <param name="position">Of the payload's first byte; grows from call to call.</param>
    public void Add(long position, int storedLength)
    {
        _positions.Add(position);
        _longest = Math.Max(_longest, storedLength);
    }

    public bool TryRead(long position, Span<byte> destination)
    {
        var entry = _latest is { } latest && latest.Holds(position) ? latest : Find(position);
        if (entry is null || entry.Length - (position - entry.Position) < destination.Length)
            return false;
        _latest = entry;
        entry.Bytes.AsSpan((int)(position - entry.Position), destination.Length).CopyTo(destination);
        return true;
    }

    public void Dispose() => _opener?.Dispose();

    private Entry? Find(long position)
    {
        foreach (var entry in _entries)
        {
            if (entry.Holds(position))
                return entry;
        }

        var index = _positions.BinarySearch(position);
        index = index >= 0 ? index : ~index - 1;
        if (index < 0)
            return null;
        var oldest = _entries[_oldest];
        _oldest = (_oldest + 1) % Kept;
        return Load(oldest, _positions[index]) && oldest.Holds(position) ? oldest : null;
    }

    private bool Load(Entry entry, long position)
    {
        entry.Length = 0;
        var (part, offset) = RecordingJournal.Split(position);
        var stream = parts[part - 1].Stream;
        var resume = stream.Position;
        stream.Position = offset - _header.Length;
        try
        {
            if (stream.ReadAtLeast(_header, _header.Length, throwOnEndOfStream: false) < _header.Length || !BlockHeader.TryRead(_header, out var header))
                return false;
            if (header.StoredLength > _longest)
                return false;
            if (entry.Bytes.Length < header.StoredLength)
                entry.Bytes = new byte[_longest];
            var stored = entry.Bytes.AsSpan(0, header.StoredLength);
            if (stream.ReadAtLeast(stored, stored.Length, throwOnEndOfStream: false) < stored.Length)
                return false;
            if (header.Cipher == BlockCipher.None ? !BlockHeader.IsPlaintext(_header, stored) : _opener?.TryOpen(_header, stored) != true)
                return false;
            (entry.Position, entry.Length) = (position, header.PlainLength);
            return true;
        }
        finally
        {
            // The first pass may still be under way.
            stream.Position = resume;
        }
    }

    private sealed class Entry
    {
        public byte[] Bytes = [];
        public long Position;
        public int Length;

        public bool Holds(long position) => position >= Position && position - Position < Length;
    }
}
