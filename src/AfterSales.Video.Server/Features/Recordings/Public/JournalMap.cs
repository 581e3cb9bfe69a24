using AfterSales.Video.Evidence.Journals;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>Where everything lies in a closed journal. Read without its key: the chain needs none, and is checked on the way.</summary>
internal sealed record JournalMap(IReadOnlyList<JournalMapPart> Parts)
{
    /// <summary>One sample of the recorder's clocks every ten seconds is enough to see a step.</summary>
    private const long SampleEveryNs = 10_000_000_000;

    public JournalMapPart Last => Parts[^1];

    /// <param name="folder">Of the recording.</param>
    /// <exception cref="InvalidDataException">It holds no journal.</exception>
    public static JournalMap Read(string folder)
    {
        var parts = JournalFiles.Find(folder).Select((path, i) => ReadPart(i + 1, path)).ToList();
        return parts.Count > 0 ? new JournalMap(parts) : throw new InvalidDataException("There is no journal.");
    }

    private static JournalMapPart ReadPart(int number, string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18);
        if (!JournalReader.TryOpen(file, out var reader, out var problem))
            throw new InvalidDataException($"{Path.GetFileName(path)}: {problem}");
        using (reader)
        {
            var (ends, samples) = (new List<long>(), new List<(long Ns, DateTimeOffset At)>());
            var (seq, at) = (-1L, Utc(reader.StartUtcNs));
            while (reader.ReadBlock(out var block) == BlockOutcome.Block)
            {
                ends.Add(reader.ValidLength);
                (seq, at) = (block.Header.Seq, Utc(block.Header.UtcNs));
                if (samples.Count == 0 || block.Header.MonotonicNs - samples[^1].Ns >= SampleEveryNs)
                    samples.Add((block.Header.MonotonicNs, at));
            }

            return new JournalMapPart(number, path, reader.ValidLength, seq, Convert.ToHexStringLower(reader.Head), at, ends, samples);
        }
    }

    private static DateTimeOffset Utc(long ns) => DateTimeOffset.UnixEpoch.AddTicks(ns / 100);
}

/// <param name="Length">Up to the end of the last whole block.</param>
/// <param name="LastSeq">-1 when it holds no block.</param>
/// <param name="HeadHex">After the last block.</param>
/// <param name="At">When the last block was sealed.</param>
/// <param name="BlockEnds">Offset behind each block; their index is their number.</param>
/// <param name="Samples">Nanoseconds of the recording, and the wall clock then.</param>
internal sealed record JournalMapPart(
    int Number, string Path, long Length, long LastSeq, string HeadHex, DateTimeOffset At, IReadOnlyList<long> BlockEnds,
    IReadOnlyList<(long Ns, DateTimeOffset At)> Samples)
{
    /// <summary>Number of the last block that ends at or before the offset; -1 for none.</summary>
    public long LastBlockBefore(long offset)
    {
        var (low, high) = (0, BlockEnds.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (BlockEnds[middle] <= offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }
}
