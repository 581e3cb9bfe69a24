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
        if (!RecordingJournal.TryOpen(folder, [], out var journal, out var problem))
            throw new InvalidDataException(problem);
        using (journal)
        {
            var blocks = journal.Parts.Select(_ => new List<(long End, long Ns, DateTimeOffset At)>()).ToList();
            while (journal.ReadBlock(out var block) == BlockOutcome.Block)
                blocks[block.Part - 1].Add((journal.Parts[block.Part - 1].Reader.ValidLength, block.Header.MonotonicNs, Utc(block.Header.UtcNs)));
            return new JournalMap([.. journal.Parts.Select((part, i) => Part(part, blocks[i]))]);
        }
    }

    private static JournalMapPart Part(JournalPart part, List<(long End, long Ns, DateTimeOffset At)> blocks)
    {
        var samples = new List<(long Ns, DateTimeOffset At)>();
        foreach (var (_, ns, at) in blocks)
        {
            if (samples.Count == 0 || ns - samples[^1].Ns >= SampleEveryNs)
                samples.Add((ns, at));
        }

        return new JournalMapPart(
            part.Number, part.Reader.ValidLength, blocks.Count - 1, Convert.ToHexStringLower(part.Reader.Head),
            blocks.Count > 0 ? blocks[^1].At : Utc(part.Reader.StartUtcNs), [.. blocks.Select(b => b.End)], samples);
    }

    private static DateTimeOffset Utc(long ns) => DateTimeOffset.UnixEpoch.AddTicks(ns / 100);
}

/// <param name="Length">Up to the end of the last block that counts: what a part that failed holds behind it was written again in the next.</param>
/// <param name="LastSeq">-1 when it holds no block.</param>
/// <param name="HeadHex">After the last block.</param>
/// <param name="At">When the last block was sealed.</param>
/// <param name="BlockEnds">Offset behind each block; their index is their number.</param>
/// <param name="Samples">Nanoseconds of the recording, and the wall clock then.</param>
internal sealed record JournalMapPart(
    int Number, long Length, long LastSeq, string HeadHex, DateTimeOffset At, IReadOnlyList<long> BlockEnds,
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
