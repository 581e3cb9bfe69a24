namespace AfterSales.Video.Evidence.Journals;

/// <summary>
/// One recording as a sequence of blocks, whether it is one file or several: a part counts up to the head the next one goes on from, because
/// what was written after it was written again there. Bytes never make it throw (I/O errors do). For one thread. Memory: a few blocks, and 8
/// bytes for each block read.
/// </summary>
public sealed class RecordingJournal : IDisposable
{
    private const int PartShift = 48;
    private readonly IReadOnlyList<JournalPart> _parts;
    private readonly BlockCache _cache;
    private int _current;

    private RecordingJournal(IReadOnlyList<JournalPart> parts, ReadOnlySpan<byte> dataKey) =>
        (_parts, _cache) = (parts, new BlockCache(parts, parts[0].Reader.IsEncrypted ? dataKey : []));

    public IReadOnlyList<JournalPart> Parts => _parts;

    /// <summary>The first part's header record, UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> HeaderBody => _parts[0].Reader.HeaderBody;
    public long StartUtcNs => _parts[0].Reader.StartUtcNs;
    public bool IsEncrypted => _parts[0].Reader.IsEncrypted;

    /// <summary>False when the journal is encrypted and no key was given: payloads are then empty.</summary>
    public bool CanRead => _parts[0].Reader.CanRead;

    /// <summary>Blocks read so far that count, in all parts.</summary>
    public long Blocks { get; private set; }

    /// <summary>Number of the part being read.</summary>
    public int CurrentPart => _current + 1;

    /// <summary>True when the last valid block was an END.</summary>
    public bool Ended => Last.Ended;

    /// <inheritdoc cref="JournalReader.EndedInClear"/>
    public bool EndedInClear => Last.EndedInClear;

    /// <summary>Hash of the last valid block read, lower-case hex.</summary>
    public string HeadHex => Convert.ToHexStringLower(_parts[_current].Reader.Head);

    /// <summary>Why reading stopped; empty while it goes on.</summary>
    public string Problem { get; private set; } = "";

    private JournalReader Last => _parts[^1].Reader;

    /// <summary>Opens the parts in a folder, or beside the path of the first part.</summary>
    /// <param name="dataKey">32 bytes; empty to check the chain without reading.</param>
    /// <returns>False with a reason when a head cannot be read, names another key, or the parts do not belong together.</returns>
    public static bool TryOpen(string folderOrFirstPart, ReadOnlySpan<byte> dataKey, out RecordingJournal journal, out string problem)
    {
        journal = null!;
        var folder = Directory.Exists(folderOrFirstPart) ? folderOrFirstPart : Path.GetDirectoryName(folderOrFirstPart) ?? "";
        var streams = new List<Stream>();
        try
        {
            foreach (var path in JournalFiles.Find(folder))
                streams.Add(new BufferedStream(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0), 1 << 18));
            problem = "there is no journal";
            if (streams.Count > 0 && TryOpen(streams, dataKey, out journal, out problem))
                return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"the journal cannot be opened: {e.Message}";
        }

        streams.ForEach(s => s.Dispose());
        return false;
    }

    /// <summary>Opens parts given in order as seekable streams, for example joined segments. They become the journal's on success.</summary>
    /// <inheritdoc cref="TryOpen(string, ReadOnlySpan{byte}, out RecordingJournal, out string)"/>
    public static bool TryOpen(IReadOnlyList<Stream> streams, ReadOnlySpan<byte> dataKey, out RecordingJournal journal, out string problem)
    {
        ArgumentNullException.ThrowIfNull(streams);
        (journal, problem) = (null!, "there is no journal");
        var parts = new List<JournalPart>(streams.Count);
        foreach (var stream in streams)
        {
            if (!JournalPart.TryOpen(parts.Count + 1, stream, dataKey, out var part, out problem) || !Follows(parts, part, ref problem))
            {
                problem = streams.Count == 1 ? problem : $"part {parts.Count + 1}: {problem}";
                return false;
            }

            if (parts.Count > 0)
                parts[^1] = parts[^1].EndingAt(part.PreviousHead);
            parts.Add(part);
        }

        if (parts.Count > 0)
            journal = new RecordingJournal(parts, dataKey);
        return parts.Count > 0;
    }

    /// <inheritdoc cref="JournalReader.Trust"/>
    public void Trust()
    {
        foreach (var part in _parts)
            part.Reader.Trust();
    }

    /// <summary>Reads the next block that counts. The payload is valid until the next call.</summary>
    public BlockOutcome ReadBlock(out RecordingBlock block)
    {
        block = default;
        if (Problem.Length > 0)
            return BlockOutcome.Corrupt;
        while (_parts[_current].IsAtItsEnd)
            _current++;
        var part = _parts[_current];
        var outcome = part.Reader.ReadBlock(out var read);
        if (outcome != BlockOutcome.Block)
            return part.HasSuccessor ? Stop(BlockOutcome.Corrupt, $"part {part.Number} ends before the head the next part goes on from") : Stop(outcome, part.Reader.Problem);
        var position = Position(part.Number, read.PayloadOffset);
        _cache.Add(position, read.Header.StoredLength);
        Blocks++;
        block = new RecordingBlock(read.Header, read.Payload, part.Number, position);
        return BlockOutcome.Block;
    }

    /// <summary>Reads plaintext at a position of a block read before, in any order: a second pass needs no second decryption of everything.</summary>
    /// <param name="position"><see cref="RecordingBlock.Position"/> plus where in the payload.</param>
    /// <returns>False when it is not inside a block read before, or the block no longer is what it was.</returns>
    public bool TryRead(long position, Span<byte> destination) => CanRead && _cache.TryRead(position, destination);

    public void Dispose()
    {
        _cache.Dispose();
        foreach (var part in _parts)
        {
            part.Reader.Dispose();
            part.Stream.Dispose();
        }
    }

    internal static (int Part, long Offset) Split(long position) => ((int)(position >> PartShift) + 1, position & ((1L << PartShift) - 1));

    private static long Position(int part, long offset) => ((long)(part - 1) << PartShift) | offset;

    private static bool Follows(List<JournalPart> parts, JournalPart part, ref string problem)
    {
        if (parts.Count == 0 || (part.RecordingId == parts[0].RecordingId && part.TenantId == parts[0].TenantId
            && part.Reader.StartUtcNs == parts[0].Reader.StartUtcNs && part.Reader.DataKeyId.Span.SequenceEqual(parts[0].Reader.DataKeyId.Span)))
            return true;
        problem = "it belongs to another recording";
        return false;
    }

    private BlockOutcome Stop(BlockOutcome outcome, string problem)
    {
        Problem = problem.Length > 0 && _parts.Count > 1 && !problem.StartsWith("part ", StringComparison.Ordinal) ? $"part {_parts[_current].Number}: {problem}" : problem;
        return outcome;
    }
}

/// <param name="Payload">The block's plaintext records; empty when the journal is encrypted and no key was given.</param>
/// <param name="Part">1 for the first file.</param>
/// <param name="Position">Names the payload's first byte for <see cref="RecordingJournal.TryRead"/>; equals the offset in the file for part 1, grows from block to block.</param>
public readonly record struct RecordingBlock(BlockHeader Header, ReadOnlyMemory<byte> Payload, int Part, long Position);
