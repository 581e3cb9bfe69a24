using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Jobs.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>Orders court copies.</summary>
internal sealed class CourtCopies(HubDbContext db, RecordingGate gate, JobQueue jobs)
{
    public const string JobKind = "court";

    /// <summary>Queues the copy; one that is there, or on its way, stays. Null: no such recording.</summary>
    public async Task<(RecordingRow? Row, string? Refusal)> OrderAsync(string recordingId, CancellationToken ct)
    {
        using var turn = await gate.EnterAsync(recordingId, ct);
        db.ChangeTracker.Clear();
        var row = await db.Set<RecordingRow>().FirstOrDefaultAsync(r => r.Id == recordingId, ct);
        if (row is null)
            return (null, ProblemCodes.RecordingNotFound);
        if (row.State == RecordingState.Erased)
            return (row, ProblemCodes.RecordingErased);
        if (row.State is not (RecordingState.Ready or RecordingState.Partial))
            return (row, ProblemCodes.RecordingNotReady);
        // It is tied to the manifest, so there must be one.
        if (row.SealedAt is null)
            return (row, ProblemCodes.RecordingNotSealed);
        if (row.CourtState is "none" or "failed")
        {
            row.CourtState = "queued";
            row.CourtReason = "";
            row.Version++;
            await jobs.AddOnceAsync(db, row.TenantId, JobKind, row.Id, ct, JobQueue.Low);
            await db.SaveChangesAsync(ct);
            jobs.Wake();
        }

        return (row, null);
    }
}
