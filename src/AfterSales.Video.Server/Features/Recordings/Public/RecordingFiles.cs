using AfterSales.Video.Evidence;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>The files of recordings: rows in the database, bytes in the store.</summary>
internal sealed class RecordingFiles(HubDbContext db, IEvidenceStore store)
{
    public Task<List<RecordingFileRow>> OfAsync(string recordingId, CancellationToken ct) =>
        db.Set<RecordingFileRow>().AsNoTracking().Where(f => f.RecordingId == recordingId).OrderBy(f => f.Name).ToListAsync(ct);

    /// <summary>Stores what is not there yet. The rows join the unit of work; the caller saves them together with what they mean.</summary>
    public async Task StoreAsync(RecordingRow row, IReadOnlyList<MuxedFile> files, CancellationToken ct)
    {
        var known = await db.Set<RecordingFileRow>().Where(f => f.RecordingId == row.Id).Select(f => f.Name).ToListAsync(ct);
        foreach (var file in files.Where(f => !known.Contains(f.Name)))
        {
            await using var content = File.OpenRead(file.Path);
            var stored = await ReplaceAsync(row, file.Name, content, file.ContentType, file.Purpose, ct);
            db.Add(new RecordingFileRow
            {
                RecordingId = row.Id,
                Name = file.Name,
                TenantId = row.TenantId,
                Purpose = file.Purpose,
                ContentType = file.ContentType,
                Length = stored.Length,
                Sha256 = stored.Sha256,
                DerivedFrom = file.DerivedFrom.Count == 0 ? "journal" : string.Join(',', file.DerivedFrom),
                Provenance = file.Provenance is { } made ? $"{made.Tool}: {string.Join(' ', made.Arguments)}" : "",
            });
        }
    }

    /// <summary>
    /// A run that died after its put left an object nobody refers to: the rows are the truth, so it is replaced. Where the store forbids that, the
    /// object must be the same one.
    /// </summary>
    public async Task<StoredObject> ReplaceAsync(RecordingRow row, string name, Stream content, string contentType, string purpose, CancellationToken ct)
    {
        var key = EvidenceKey.Create(row.TenantId, row.Id, name);
        if (await store.StatAsync(key, ct) is not null)
            await store.DeleteAsync(key, ct);
        var tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["ticket"] = row.TicketId, ["call"] = row.CallId, ["purpose"] = purpose };
        return await store.PutAsync(key, content, new EvidenceMetadata(contentType, tags), ct);
    }

    /// <summary>Null when the store has no such object.</summary>
    public async Task<byte[]?> ReadAsync(string tenantId, string recordingId, string name, CancellationToken ct)
    {
        await using var content = await store.OpenReadAsync(EvidenceKey.Create(tenantId, recordingId, name), ct);
        if (content is null)
            return null;
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, ct);
        return bytes.ToArray();
    }

    /// <summary>Fetches what later steps read of the first one into a folder; false when something is not in the store.</summary>
    public async Task<bool> FetchPlayableAsync(RecordingRow row, string folder, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var names = (await OfAsync(row.Id, ct)).Where(f => f.Purpose is "original" or "timeline" or "playback-plan" or "media-voice").Select(f => f.Name);
        foreach (var name in names.Where(n => !File.Exists(Path.Combine(folder, n))))
        {
            await using var content = await store.OpenReadAsync(EvidenceKey.Create(row.TenantId, row.Id, name), ct);
            if (content is null)
                return false;
            var draft = Path.Combine(folder, name + ".part");
            await using (var file = File.Create(draft))
                await content.CopyToAsync(file, ct);
            File.Move(draft, Path.Combine(folder, name), overwrite: true);
        }

        return true;
    }
}
