using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Segments;
using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>
/// The local copies of journals: there until the recording is muxed and sealed and the store, read back, holds every byte; made again from the store when
/// somebody needs one later.
/// </summary>
internal sealed partial class JournalKeeper(HubDbContext db, IEvidenceStore store, RecordingGate gate, DataFolder folder, ILogger<JournalKeeper> logger)
{
    /// <summary>The folder of the journal, fetched from the store where it is missing. Needs the recording's turn.</summary>
    /// <exception cref="InvalidDataException">It is neither here nor in the store.</exception>
    public async Task<string> EnsureAsync(RecordingRow row, CancellationToken ct) =>
        await TryEnsureAsync(row, ct) ? FolderOf(row.Id) : throw new InvalidDataException($"The journal of recording {row.Id} is neither on this computer nor in the store.");

    /// <inheritdoc cref="EnsureAsync"/>
    /// <returns>False when it is nowhere.</returns>
    public async Task<bool> TryEnsureAsync(RecordingRow row, CancellationToken ct)
    {
        if (JournalFiles.Find(FolderOf(row.Id)).Count > 0)
            return true;
        var restored = await new JournalFromStore(store).TryRestoreAsync(row.TenantId, row.Id, FolderOf(row.Id), ct);
        if (restored)
            Log.Restored(logger, row.Id);
        return restored;
    }

    /// <summary>Sealed at or before that time, played or empty, and still here. A recording that failed keeps its journal until a person has looked.</summary>
    public Task<List<string>> DueAsync(DateTimeOffset sealedUntil, CancellationToken ct) => db.Set<RecordingRow>().IgnoreQueryFilters()
        .Where(r => r.SealedAt != null && r.SealedAt <= sealedUntil && r.JournalPath != null
            && (r.State == RecordingState.Ready || r.State == RecordingState.Partial || r.State == RecordingState.Empty))
        .OrderBy(r => r.SealedAt).Select(r => r.Id).ToListAsync(ct);

    /// <returns>False when the store lacks a byte: then nothing was deleted.</returns>
    public async Task<bool> TryDeleteAsync(string recordingId, CancellationToken ct)
    {
        using var turn = await gate.EnterAsync(recordingId, ct);
        db.ChangeTracker.Clear();
        var row = await db.Set<RecordingRow>().IgnoreQueryFilters().FirstOrDefaultAsync(r => r.Id == recordingId, ct);
        if (row is not { SealedAt: not null, JournalPath: not null })
            return true;
        var place = FolderOf(recordingId);
        if (JournalFiles.Find(place).Count > 0)
        {
            if (!JournalOnDisk.TryOpen(place, out var journal, out var problem))
                return Kept(recordingId, problem);
            if (!await journal.TryDeleteAsync(store, ct))
                return Kept(recordingId, "the store does not hold all of it");
        }

        // What recovery cut off stays: it is in no segment.
        if (Directory.Exists(place) && !Directory.EnumerateFileSystemEntries(place).Any())
            Directory.Delete(place);
        row.JournalPath = null;
        row.Version++;
        await db.SaveChangesAsync(ct);
        Log.Deleted(logger, recordingId);
        return true;
    }

    private string FolderOf(string recordingId) => Path.Combine(folder.Journals, recordingId);

    private bool Kept(string recordingId, string why)
    {
        Log.Kept(logger, recordingId, why);
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(1550, LogLevel.Information, "The local journal of recording {RecordingId} is deleted: the store, read back, holds every byte")]
        public static partial void Deleted(ILogger logger, string recordingId);

        [LoggerMessage(1551, LogLevel.Error, "The local journal of recording {RecordingId} stays: {Why}")]
        public static partial void Kept(ILogger logger, string recordingId, string why);

        [LoggerMessage(1552, LogLevel.Warning, "The journal of recording {RecordingId} was not on this computer and is fetched from the store")]
        public static partial void Restored(ILogger logger, string recordingId);
    }
}
