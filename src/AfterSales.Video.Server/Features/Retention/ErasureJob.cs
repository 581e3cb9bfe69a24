using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Features.Jobs.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Retention.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Retention;

/// <summary>Clears away what an erased recording left: unreadable bytes in the store and on the disk. Every step can run twice.</summary>
internal sealed partial class ErasureJob(HubDbContext db, StoredObjects objects, RecordingSegments segments, DataFolder folder, Tombstones tombstones, ILogger<ErasureJob> logger) : IJobHandler
{
    public string Kind => Erasure.ErasureJobKind;

    public async Task RunAsync(string subjectId, bool isLastTry, CancellationToken ct)
    {
        var row = await db.Set<RecordingRow>().FirstOrDefaultAsync(r => r.Id == subjectId, ct);
        if (row is not { State: RecordingState.Erased })
            return;
        await segments.ForgetAsync(row.Id);
        // Signed documents stay: they say what there was and show none of it.
        var (deleted, kept) = await objects.DeleteAsync(row.TenantId, row.Id, name => !IsRecord(name), ct);
        DeleteFolder(Path.Combine(folder.Journals, row.Id));
        DeleteFolder(Path.Combine(folder.Work, row.Id));
        await DeletePhotosAsync(row, ct);
        await db.Set<RecordingFileRow>().Where(f => f.RecordingId == row.Id).ExecuteDeleteAsync(ct);
        await tombstones.SignAsync(row, ct);
        Log.Erased(logger, row.Id, deleted, kept);
    }

    /// <summary>Photos belong to the call: they go with the last of its recordings.</summary>
    private async Task DeletePhotosAsync(RecordingRow row, CancellationToken ct)
    {
        if (await Erasure.HasOtherAsync(db, row, ct))
            return;
        await objects.DeleteAsync(row.TenantId, PhotoRow.FolderOf(row.CallId), _ => true, ct);
        await db.Set<PhotoRow>().Where(p => p.CallId == row.CallId).ExecuteDeleteAsync(ct);
    }

    private static bool IsRecord(string name) => name.EndsWith(".dsse.json", StringComparison.Ordinal) || name.EndsWith(".tsr", StringComparison.Ordinal);

    private static void DeleteFolder(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }

    private static partial class Log
    {
        [LoggerMessage(1722, LogLevel.Information, "Recording {RecordingId} is erased: {Deleted} objects deleted, {Kept} unreadable ones stay because the store forbids deletion")]
        public static partial void Erased(ILogger logger, string recordingId, int deleted, int kept);
    }
}
