using AfterSales.Video.Evidence.Journals;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>A recording's journal, all its parts, as a sequence of blocks in the clear.</summary>
internal sealed class JournalSource : IDisposable
{
    private readonly RecordingJournal _journal;

    private JournalSource(RecordingJournal journal) => _journal = journal;

    public ReadOnlySpan<byte> HeaderBody => _journal.HeaderBody.Span;
    public long StartUtcNs => _journal.StartUtcNs;
    public long Blocks => _journal.Blocks;
    public string HeadHex => _journal.HeadHex;

    /// <summary>Whoever has no key can write such an END; it never makes a recording complete.</summary>
    public bool EndedInClear => _journal.EndedInClear;

    /// <summary>Why the journal could not be read to its END; empty when it could.</summary>
    public string Problem => _journal.Problem.Length > 0 ? _journal.Problem : _journal.Ended ? "" : "the journal has no END record";

    /// <param name="journal">Owned by the source from now on.</param>
    public static JournalSource Of(RecordingJournal journal) => new(journal);

    /// <summary>False with a reason when a head cannot be read or the key is missing or wrong.</summary>
    public static bool TryOpen(string path, ReadOnlyMemory<byte> dataKey, out JournalSource source, out string problem)
    {
        source = null!;
        if (!RecordingJournal.TryOpen(path, dataKey.Span, out var journal, out problem))
            return false;
        source = new JournalSource(journal);
        if (journal.CanRead)
            return true;
        source.Dispose();
        problem = "the journal is encrypted and its data key is not there";
        return false;
    }

    /// <inheritdoc cref="RecordingJournal.Trust"/>
    public void Trust() => _journal.Trust();

    /// <param name="payload">Records in the clear; valid until the next call.</param>
    /// <param name="monotonicNs">When the block was sealed.</param>
    public bool ReadBlock(out ReadOnlySpan<byte> payload, out long monotonicNs)
    {
        var read = _journal.ReadBlock(out var block) == BlockOutcome.Block;
        payload = block.Payload.Span;
        monotonicNs = read ? block.Header.MonotonicNs : 0;
        return read;
    }

    public void Dispose() => _journal.Dispose();
}
