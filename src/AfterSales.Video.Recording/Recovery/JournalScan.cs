using System.Text.Json;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Journal;

namespace AfterSales.Video.Recording.Recovery;

/// <summary>What an END record written after a crash has to say about the blocks before it.</summary>
internal sealed class JournalScan
{
    private long _packets;
    private long _dropped;

    public long EndNs { get; private set; }
    public long EndUtcNs { get; private set; }

    /// <summary>Part that was reached.</summary>
    public int Part { get; private set; } = 1;
    public long Blocks { get; private set; }
    public bool Recovered { get; private set; }

    /// <returns>How reading ended.</returns>
    public BlockOutcome Read(RecordingJournal journal)
    {
        BlockOutcome outcome;
        while ((outcome = journal.ReadBlock(out var block)) == BlockOutcome.Block)
            Add(block);
        Part = Math.Max(Part, journal.CurrentPart);
        return outcome;
    }

    /// <param name="readable">False when the journal is encrypted and there was no key.</param>
    public string Counts(long cutBytes, TimeSpan loss, bool readable)
    {
        var counts = new EndCounts(Blocks, readable ? _packets : null, readable ? _dropped : null, Recovered: true, cutBytes, (long)loss.TotalMilliseconds);
        return JsonSerializer.Serialize(counts, JournalJson.Default.EndCounts);
    }

    private void Add(in RecordingBlock block)
    {
        (EndNs, EndUtcNs, Part) = (block.Header.MonotonicNs, block.Header.UtcNs, block.Part);
        Blocks++;
        var records = new RecordReader(block.Payload.Span);
        while (records.Read())
        {
            if (records.Type == RecordType.Rtp)
                _packets++;
            else if (records.TryGetGap(out _, out _, out var packets, out _))
                _dropped += packets;
            else if (records.Type == RecordType.End && records.TryGetText(out _, out _, out var counts))
                Recovered = counts.Contains("\"recovered\":true", StringComparison.Ordinal);
        }
    }
}
