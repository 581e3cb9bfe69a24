using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Native;

namespace AfterSales.Video.Recording.Segments;

/// <summary>Makes a local journal again from its segments: after the local copy was deleted, or the disk that held it was lost.</summary>
public sealed class JournalFromStore(IEvidenceStore store)
{
    /// <summary>
    /// Writes the parts byte for byte as they were uploaded. A recording cut off by a crash ends with the last segment that reached the store; recovery
    /// closes it like any other.
    /// </summary>
    /// <param name="folder">Of the recording; what is in it and is not shorter stays.</param>
    /// <returns>False when the store has no beginning of this journal.</returns>
    /// <exception cref="EvidenceStoreException">The store failed.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public async Task<bool> TryRestoreAsync(string tenantId, string recordingId, string folder, CancellationToken ct)
    {
        // Not at its place before all of it is there: the first parts of a journal would pass for one that was cut off.
        var drafts = Path.Combine(folder, ".restoring");
        Directory.CreateDirectory(drafts);
        try
        {
            var parts = 0;
            while (parts < JournalFiles.MaxParts && await TryRestorePartAsync(tenantId, recordingId, parts + 1, Path.Combine(drafts, JournalFiles.Name(parts + 1)), ct))
                parts++;
            // The first part last: without it there is no journal, and the next try begins anew.
            for (var part = parts; part > 0; part--)
                MoveIn(Path.Combine(drafts, JournalFiles.Name(part)), Path.Combine(folder, JournalFiles.Name(part)));
            FileSync.SyncDirectory(folder);
            return parts > 0;
        }
        finally
        {
            Directory.Delete(drafts, recursive: true);
        }
    }

    private static void MoveIn(string draft, string place)
    {
        if (!File.Exists(place) || new FileInfo(place).Length < new FileInfo(draft).Length)
            File.Move(draft, place, overwrite: true);
    }

    private async Task<bool> TryRestorePartAsync(string tenantId, string recordingId, int part, string path, CancellationToken ct)
    {
        var index = 1;
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        while (await store.OpenReadAsync(EvidenceKey.Create(tenantId, recordingId, JournalFiles.SegmentName(part, index)), ct) is { } segment)
        {
            await using (segment)
                await segment.CopyToAsync(file, ct);
            index++;
        }

        await file.FlushAsync(ct);
        FileSync.DataSync(file.SafeFileHandle);
        return index > 1;
    }
}
