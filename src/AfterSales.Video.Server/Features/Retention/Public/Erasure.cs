using System.Text.Json.Nodes;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Jobs.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Retention.Public;

/// <summary>
/// Erases a recording, and with the last one of a call its photos: the wrapped data key is destroyed at once, which makes every copy of its bytes
/// unreadable; a job then deletes what the store lets go and signs the tombstone.
/// </summary>
internal sealed class Erasure(
    HubDbContext db, Keeping keeping, RecordingKeys keys, CustodyLog custody, RecordingGate gate, JobQueue jobs, DeskNotifier desk, TimeProvider time)
{
    /// <param name="reasonWord">"request" or "retention": for the custody log. The person's own words stay out of it.</param>
    public async Task<ErasureRefusal?> EraseAsync(string recordingId, CustodyActor actor, string reasonWord, string reason, CancellationToken ct)
    {
        // A mux or seal under way must not put back what is being erased.
        using var turn = await gate.EnterAsync(recordingId, ct);
        db.ChangeTracker.Clear();
        var row = await db.Set<RecordingRow>().FirstOrDefaultAsync(r => r.Id == recordingId, ct);
        if (row is null)
            return new ErasureRefusal(ProblemCodes.RecordingNotFound, null);
        if (row.State == RecordingState.Erased)
            return new ErasureRefusal(ProblemCodes.RecordingErased, null);
        if (row.State == RecordingState.Recording)
            return new ErasureRefusal(ProblemCodes.RecordingNotReady, "End the call first.");
        if (await keeping.HoldsAsync(recordingId, ct) is [var hold, ..])
            return new ErasureRefusal(ProblemCodes.RecordingOnHold, $"Held by {hold.SetBy} since {hold.SetAt:yyyy-MM-dd}: {hold.Reason}");

        var detail = new JsonObject { ["cause"] = reasonWord, ["callId"] = row.CallId, ["reasonSha256"] = Ids.Sha256(reason) };
        await custody.AppendAsync(row.TenantId, CustodyKind.Erased, actor, recordingId, detail, ct);
        await keys.DestroyAsync(row.TenantId, recordingId, CancellationToken.None);
        if (!await HasOtherAsync(db, row, CancellationToken.None))
            await keys.DestroyAsync(row.TenantId, PhotoRow.FolderOf(row.CallId), CancellationToken.None);
        row.State = RecordingState.Erased;
        row.Integrity = Integrity.Erased;
        row.Reason = reasonWord == "retention" ? "Erased when its time was over." : "Erased on request.";
        row.ErasedAt = time.GetUtcNow();
        row.ErasedByRole = actor == CustodyActor.System ? "retention" : actor.Role;
        row.ErasedById = actor.Id;
        row.Version++;
        jobs.Add(db, row.TenantId, ErasureJobKind, recordingId);
        await db.SaveChangesAsync(CancellationToken.None);
        jobs.Wake();
        await desk.CallChangedAsync(row.TenantId, row.CallId);
        return null;
    }

    public const string ErasureJobKind = "erase";

    /// <summary>True while the call has another recording that is not erased: a call goes on in a further one after a crash.</summary>
    public static Task<bool> HasOtherAsync(HubDbContext db, RecordingRow row, CancellationToken ct) =>
        db.Set<RecordingRow>().AnyAsync(r => r.CallId == row.CallId && r.Id != row.Id && r.State != RecordingState.Erased, ct);
}

/// <param name="Code">Problem code.</param>
internal sealed record ErasureRefusal(string Code, string? Detail);
