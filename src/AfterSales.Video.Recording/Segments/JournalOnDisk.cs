using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Native;

namespace AfterSales.Video.Recording.Segments;

/// <summary>A journal nobody writes any more, as a source of segments; and the end of its local copy.</summary>
public sealed class JournalOnDisk : IJournalSource
{
    private JournalOnDisk(string folder, RecordingJournal journal)
    {
        (TenantId, RecordingId) = (journal.Parts[0].TenantId, journal.Parts[0].RecordingId);
        Progress = [.. journal.Parts.Select(p => new PartProgress(p.Number, Path.Combine(folder, JournalFiles.Name(p.Number)), p.Reader.ValidLength, Finished: true))];
    }

    public string TenantId { get; }
    public string RecordingId { get; }
    public IReadOnlyList<PartProgress> Progress { get; }

    /// <summary>Checks the whole chain, which needs no key. Run recovery first: what follows the longest valid prefix is not part of it.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static bool TryOpen(string folder, out JournalOnDisk journal, out string problem)
    {
        journal = null!;
        if (!RecordingJournal.TryOpen(folder, [], out var recording, out problem))
            return false;
        using (recording)
        {
            while (recording.ReadBlock(out _) == BlockOutcome.Block)
            {
            }

            problem = recording.CurrentPart == recording.Parts.Count ? "" : recording.Problem;
            journal = new JournalOnDisk(folder, recording);
        }

        return problem.Length == 0;
    }

    /// <summary>
    /// Deletes the local files when the store, read back whole, holds the same bytes. Only to be called when nothing needs them any more:
    /// the recording is muxed, or its files can be made from the store.
    /// </summary>
    /// <returns>False, and nothing deleted, when the store lacks a byte.</returns>
    public async Task<bool> TryDeleteAsync(IEvidenceStore store, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(store);
        foreach (var part in Progress)
        {
            if (!await IsStoredAsync(store, part, ct))
                return false;
        }

        // The last part first: what is left after a crash in between is still a readable beginning.
        foreach (var part in Progress.Reverse())
            File.Delete(part.Path);
        return true;
    }

    /// <summary>Segments follow each other without a hole and none is longer than what is left: together they are the part.</summary>
    private async Task<bool> IsStoredAsync(IEvidenceStore store, PartProgress part, CancellationToken ct)
    {
        var put = new SegmentPut(store);
        // A part that failed may hold more than counts; that was written again in the next one.
        using var local = FileSync.OpenForReading(part.Path);
        var from = 0L;
        for (var index = 1; from < part.Length; index++)
        {
            var key = EvidenceKey.Create(TenantId, RecordingId, JournalFiles.SegmentName(part.Part, index));
            if (await store.StatAsync(key, ct) is not { Length: > 0 } segment || segment.Length > part.Length - from)
                return false;
            if (await put.IsStoredAsync(key, local, from, segment.Length, ct) is not true)
                return false;
            from += segment.Length;
        }

        return true;
    }
}
