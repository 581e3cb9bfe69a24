using System.Security.Cryptography;
using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Journals;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>
/// The journal's bytes in the store, as they were written: already encrypted, so they lie there as they are. Segments of a part in order are the
/// part's file.
/// </summary>
internal sealed class RecordingSegments(IEvidenceStore store)
{
    /// <summary>In order of part and index.</summary>
    public async Task<List<StoredSegment>> ListAsync(string tenantId, string recordingId, CancellationToken ct)
    {
        var found = new List<StoredSegment>();
        await foreach (var stored in store.ListAsync(tenantId, recordingId, ct))
        {
            if (JournalFiles.TryParseSegmentName(stored.Key.Name, out var part, out var index))
                found.Add(new StoredSegment(stored.Key.Name, part, index, stored.Length, stored.Sha256));
        }

        return [.. found.OrderBy(s => s.Part).ThenBy(s => s.Index)];
    }

    /// <summary>Null for a name that is no segment's, or one that is not there.</summary>
    public async Task<Stream?> OpenAsync(RecordingRow row, string name, CancellationToken ct) =>
        JournalFiles.TryParseSegmentName(name, out _, out _) ? await store.OpenReadAsync(EvidenceKey.Create(row.TenantId, row.Id, name), ct) : null;

    /// <summary>Puts what the store does not have yet of a closed journal, and compares every segment with the file it was cut from.</summary>
    /// <exception cref="InvalidDataException">A segment in the store is not what the journal holds there.</exception>
    public async Task<List<StoredSegment>> CompleteAsync(RecordingRow row, JournalMap journal, CancellationToken ct)
    {
        var known = await ListAsync(row.TenantId, row.Id, ct);
        foreach (var part in journal.Parts)
        {
            var (from, index) = (0L, 1);
            await using var file = new FileStream(part.Path, FileMode.Open, FileAccess.Read, FileShare.Read);
            foreach (var segment in known.Where(s => s.Part == part.Number))
            {
                await CompareAsync(segment, file, from, index, ct);
                (from, index) = (from + segment.Length, index + 1);
            }

            if (from < part.Length)
                await PutAsync(row, part, index, file, from, ct);
        }

        return await ListAsync(row.TenantId, row.Id, ct);
    }

    private static async Task CompareAsync(StoredSegment segment, FileStream file, long from, int index, CancellationToken ct)
    {
        using var range = new RangeStream(file, from, segment.Length);
        if (segment.Index != index || from + segment.Length > file.Length || Convert.ToHexStringLower(await SHA256.HashDataAsync(range, ct)) != segment.Sha256)
            throw new InvalidDataException($"Segment {segment.Name} in the store is not what the journal holds there.");
    }

    private async Task PutAsync(RecordingRow row, JournalMapPart part, int index, FileStream file, long from, CancellationToken ct)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["ticket"] = row.TicketId, ["call"] = row.CallId, ["purpose"] = "segment" };
        await using var range = new RangeStream(file, from, part.Length - from);
        var key = EvidenceKey.Create(row.TenantId, row.Id, JournalFiles.SegmentName(part.Number, index));
        await store.PutAsync(key, range, new EvidenceMetadata("application/octet-stream", tags), ct);
    }
}

/// <param name="Sha256">Lower-case hex.</param>
internal sealed record StoredSegment(string Name, int Part, int Index, long Length, string Sha256);
