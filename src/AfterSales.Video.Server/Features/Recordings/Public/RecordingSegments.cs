using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Segments;
using AfterSales.Video.Server.Features.Jobs.Public;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>
/// The journal's bytes in the store, as they were written: already encrypted, so they lie there as they are. Segments of a part in order are the
/// part's file.
/// </summary>
internal sealed class RecordingSegments(IEvidenceStore store, SegmentUploader uploader, TimeProvider time)
{
    /// <summary>A job waits so long for the last segments; with more to send it gives its place to others and comes back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

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

    /// <summary>Sends what the store lacks of a closed journal; most of it went there during the call. Every segment was read back and compared.</summary>
    /// <param name="folder">Of the journal.</param>
    /// <returns>In order of part and index.</returns>
    /// <exception cref="JobPostponedException">More is to be sent than is waited for, or the store does not answer; sending goes on.</exception>
    /// <exception cref="SegmentConflictException">The store holds other bytes under a segment's name.</exception>
    public async Task<List<StoredSegment>> CompleteAsync(string recordingId, string folder, JournalMap journal, CancellationToken ct)
    {
        if (!JournalOnDisk.TryOpen(folder, out var source, out var problem))
            throw new InvalidDataException($"The journal of recording {recordingId} cannot be read: {problem}");
        var stored = await UploadAsync(source, ct);
        if (IsWhole(stored, journal))
            return stored;
        // The recorder's own upload ends with its last sync. What lies behind that in a journal it could not end is sent now.
        await uploader.ForgetAsync(recordingId);
        stored = await UploadAsync(source, ct);
        return IsWhole(stored, journal) ? stored : throw new InvalidDataException($"The segments of recording {recordingId} are not as long as its journal.");
    }

    /// <summary>Lets go of what was remembered of the upload; it is in the store.</summary>
    public Task ForgetAsync(string recordingId) => uploader.ForgetAsync(recordingId);

    private async Task<List<StoredSegment>> UploadAsync(JournalOnDisk source, CancellationToken ct)
    {
        try
        {
            var segments = await uploader.Add(source).WaitAsync(Patience, time, ct);
            return [.. segments.Select(s => new StoredSegment(s.Name, s.Part, s.Index, s.Length, s.Sha256))];
        }
        catch (TimeoutException)
        {
            throw new JobPostponedException(uploader.StatusOf(source.RecordingId)?.Problem ?? "The last segments of the journal are being sent to the store.");
        }
        catch (Exception) when (!ct.IsCancellationRequested)
        {
            // The next try shall look at the store anew.
            await uploader.ForgetAsync(source.RecordingId);
            throw;
        }
    }

    private static bool IsWhole(List<StoredSegment> stored, JournalMap journal) =>
        journal.Parts.All(part => stored.Where(s => s.Part == part.Number).Sum(s => s.Length) == part.Length);
}

/// <param name="Sha256">Lower-case hex.</param>
internal sealed record StoredSegment(string Name, int Part, int Index, long Length, string Sha256);
