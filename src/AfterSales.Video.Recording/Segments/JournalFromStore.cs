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
    /// <param name="folder">Of the recording; nothing in it is overwritten.</param>
    /// <returns>False when the store has no beginning of this journal.</returns>
    /// <exception cref="EvidenceStoreException">The store failed.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public async Task<bool> TryRestoreAsync(string tenantId, string recordingId, string folder, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var part = 1;
        while (part <= JournalFiles.MaxParts && await TryRestorePartAsync(tenantId, recordingId, part, Path.Combine(folder, JournalFiles.Name(part)), ct))
            part++;
        FileSync.SyncDirectory(folder);
        return part > 1;
    }

    private async Task<bool> TryRestorePartAsync(string tenantId, string recordingId, int part, string path, CancellationToken ct)
    {
        var draft = path + ".restored";
        var index = 1;
        try
        {
            await using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                while (await store.OpenReadAsync(EvidenceKey.Create(tenantId, recordingId, JournalFiles.SegmentName(part, index)), ct) is { } segment)
                {
                    await using (segment)
                        await segment.CopyToAsync(file, ct);
                    index++;
                }

                await file.FlushAsync(ct);
                FileSync.DataSync(file.SafeFileHandle);
            }

            if (index > 1)
                File.Move(draft, path, overwrite: false);
            return index > 1;
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
