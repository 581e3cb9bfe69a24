using AfterSales.Video.Evidence;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Features.Jobs.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Retention.Public;
using AfterSales.Video.Storage;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Retention;

/// <summary>Brings the store's legal hold on a recording's objects, and on its call's photos, to what the hub says now. Any number of times.</summary>
internal sealed partial class StoreHoldJob(HubDbContext db, IEvidenceStore store, IProtectingStore protection, RecordingGate gate, ILogger<StoreHoldJob> logger) : IJobHandler
{
    public string Kind => StoreHolds.JobKind;

    public async Task RunAsync(string subjectId, bool isLastTry, CancellationToken ct)
    {
        try
        {
            // A store without legal holds: the hub's own hold is all there is, and the storage page says so.
            if ((await protection.ProbeAsync(ct)).LegalHold)
                await FollowAsync(subjectId, ct);
        }
        catch (EvidenceStoreException away) when (away.IsPassing())
        {
            throw new JobPostponedException(away.Message);
        }
    }

    private async Task FollowAsync(string recordingId, CancellationToken ct)
    {
        using var turn = await gate.EnterAsync(recordingId, ct);
        if (await db.Set<RecordingRow>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == recordingId, ct) is not { } row)
            return;
        var held = await IsHeldAsync(r => r.Id == row.Id, ct);
        var objects = await SetAsync(row.TenantId, row.Id, held, ct);
        // Photos belong to the call: one hold on any of its recordings keeps them.
        objects += await SetAsync(row.TenantId, PhotoRow.FolderOf(row.CallId), await IsHeldAsync(r => r.CallId == row.CallId, ct), ct);
        Log.Followed(logger, row.Id, held, objects);
    }

    private Task<bool> IsHeldAsync(System.Linq.Expressions.Expression<Func<RecordingRow, bool>> isMeant, CancellationToken ct) =>
        db.Set<RecordingRow>().Where(isMeant).AnyAsync(r => db.Set<HoldRow>().Any(h => h.RecordingId == r.Id && h.ReleasedAt == null), ct);

    private async Task<int> SetAsync(string tenantId, string folder, bool held, CancellationToken ct)
    {
        var keys = new List<EvidenceKey>();
        await foreach (var stored in store.ListAsync(tenantId, folder, ct))
            keys.Add(stored.Key);
        foreach (var key in keys)
            await protection.SetLegalHoldAsync(key, held, ct);
        return keys.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(1723, LogLevel.Information, "The store's legal hold on recording {RecordingId} is {Held} for {Objects} objects")]
        public static partial void Followed(ILogger logger, string recordingId, bool held, int objects);
    }
}
