using AfterSales.Video.Evidence;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Jobs.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Retention.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Retention;

/// <summary>Clears away what an erased recording left: unreadable bytes in the store and on the disk. Every step can run twice.</summary>
internal sealed partial class ErasureJob(HubDbContext db, IEvidenceStore store, DataFolder folder, Tombstones tombstones, ILogger<ErasureJob> logger) : IJobHandler
{
    public string Kind => Erasure.ErasureJobKind;

    public async Task RunAsync(string subjectId, bool isLastTry, CancellationToken ct)
    {
        var row = await db.Set<RecordingRow>().FirstOrDefaultAsync(r => r.Id == subjectId, ct);
        if (row is not { State: RecordingState.Erased })
            return;
        var (deleted, kept) = await DeleteObjectsAsync(row, ct);
        DeleteFolder(Path.Combine(folder.Journals, row.Id));
        DeleteFolder(Path.Combine(folder.Work, row.Id));
        await db.Set<RecordingFileRow>().Where(f => f.RecordingId == row.Id).ExecuteDeleteAsync(ct);
        await tombstones.SignAsync(row, ct);
        Log.Erased(logger, row.Id, deleted, kept);
    }

    /// <summary>Signed documents stay: they say what there was and show none of it. A store that forbids deletion keeps unreadable bytes.</summary>
    private async Task<(int Deleted, int Kept)> DeleteObjectsAsync(RecordingRow row, CancellationToken ct)
    {
        var names = new List<EvidenceKey>();
        await foreach (var stored in store.ListAsync(row.TenantId, row.Id, ct))
            names.Add(stored.Key);
        var (deleted, kept) = (0, 0);
        foreach (var key in names.Where(k => !IsRecord(k.Name)))
        {
            try
            {
                deleted += await store.DeleteAsync(key, ct) ? 1 : 0;
            }
            catch (EvidenceStoreException refused) when (refused.Reason is "locked" or "exists")
            {
                kept++;
            }
        }

        return (deleted, kept);
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
