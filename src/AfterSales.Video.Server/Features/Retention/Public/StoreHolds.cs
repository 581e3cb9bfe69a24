using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Jobs.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Retention.Public;

/// <summary>
/// Lets the store's own legal hold follow the hub's: where the store has one, even somebody with its credentials cannot delete what is held. The hub's
/// hold counts at once and alone; this is a second lock that a job puts on.
/// </summary>
internal sealed class StoreHolds(HubDbContext db, JobQueue jobs)
{
    public const string JobKind = "store_hold";

    /// <summary>A hold was set or released. Adds to the unit of work; wake the jobs when it is saved.</summary>
    public Task FollowAsync(string tenantId, string recordingId, CancellationToken ct) => jobs.AddOnceAsync(db, tenantId, JobKind, recordingId, ct);

    /// <summary>The recording has new objects: those of one that is held are to be held too.</summary>
    public async Task CoverAsync(RecordingRow row, CancellationToken ct)
    {
        if (!await db.Set<HoldRow>().AnyAsync(h => h.RecordingId == row.Id && h.ReleasedAt == null, ct))
            return;
        await FollowAsync(row.TenantId, row.Id, ct);
        await db.SaveChangesAsync(ct);
        jobs.Wake();
    }
}
