using System.Text.Json.Nodes;
using AfterSales.Video.Domain.Tickets;
using AfterSales.Video.Evidence;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.Jobs.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Retention.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Recordings;

/// <summary>Makes the court copy somebody asked for, when nothing more urgent waits.</summary>
internal sealed partial class CourtCopyJob(
    ICallMuxer muxer, RecordingFiles files, RecordingGate gate, StoreHolds holds, Derivatives derivatives, CustodyLog custody, HubDbContext db, DataFolder folder, DeskNotifier desk,
    ILogger<CourtCopyJob> logger) : IJobHandler
{
    public const string JobKind = CourtCopies.JobKind;

    public string Kind => JobKind;

    public async Task RunAsync(string subjectId, bool isLastTry, CancellationToken ct)
    {
        if (muxer.Problem is { } problem)
            await PostponeAsync(subjectId, problem, ct);
        var output = Path.Combine(folder.Work, subjectId + "-court");
        try
        {
            if (await BeginAsync(subjectId, ct) is { } row)
                await MakeAsync(row, output, ct);
        }
        catch (EvidenceStoreException away) when (away.IsPassing())
        {
            await PostponeAsync(subjectId, away.Message, ct);
        }
        catch (Exception fault) when (isLastTry && fault is not OperationCanceledException)
        {
            Log.Failed(logger, fault, subjectId);
            await SetStateAsync(subjectId, "failed", "The court copy could not be made; the recording itself is untouched.", ct);
        }
        finally
        {
            if (Directory.Exists(output))
                Directory.Delete(output, recursive: true);
        }
    }

    private async Task<RecordingRow?> BeginAsync(string recordingId, CancellationToken ct)
    {
        using var turn = await gate.EnterAsync(recordingId, ct);
        var row = await db.Set<RecordingRow>().FirstOrDefaultAsync(r => r.Id == recordingId, ct);
        if (row is not { State: RecordingState.Ready or RecordingState.Partial, CourtState: "queued" or "making" })
            return null;
        row.CourtState = "making";
        row.Version++;
        await db.SaveChangesAsync(ct);
        return row;
    }

    // Encoding takes minutes: it holds up neither an erasure nor a hold, so what came of it is looked at again afterwards.
    private async Task MakeAsync(RecordingRow row, string output, CancellationToken ct)
    {
        if (!await files.FetchPlayableAsync(row, output, ct))
            throw new InvalidOperationException("The original is not in the store.");
        var ticket = await db.Set<TicketRow>().AsNoTracking().FirstAsync(t => t.Id == row.TicketId, ct);
        var request = new CourtCopyRequest(TicketRules.FormatNumber(ticket.Number), row.HeadHex, TimeZoneInfo.Local);
        var result = await muxer.MakeCourtCopyAsync(output, request, ct);
        if (result.Outcome == "failed" && muxer.Problem is { } gone)
            await PostponeAsync(row.Id, gone, ct);
        if (result.Outcome == "failed")
            throw new InvalidOperationException("The court copy failed: " + result.Reason);
        using var turn = await gate.EnterAsync(row.Id, ct);
        await db.Entry(row).ReloadAsync(ct);
        if (row is not { State: RecordingState.Ready or RecordingState.Partial, CourtState: "making" })
            return;
        await files.StoreAsync(row, result.Files, ct);
        await derivatives.SignAsync(row, db.ChangeTracker.Entries<RecordingFileRow>().Single(e => e.State == EntityState.Added).Entity, ct);
        row.CourtState = "ready";
        row.CourtReason = "";
        row.Version++;
        await db.SaveChangesAsync(ct);
        await holds.CoverAsync(row, ct);
        await custody.AppendAsync(row.TenantId, CustodyKind.CourtCopyMade, CustodyActor.System, row.Id, new JsonObject(), ct);
        await desk.CallChangedAsync(row.TenantId, row.CallId);
    }

    /// <summary>Says what it waits for, and leaves the order as it is.</summary>
    private async Task PostponeAsync(string recordingId, string why, CancellationToken ct)
    {
        using (await gate.EnterAsync(recordingId, ct))
        {
            await db.Set<RecordingRow>().Where(r => r.Id == recordingId && (r.CourtState == "queued" || r.CourtState == "making") && r.CourtReason != why).ExecuteUpdateAsync(
                set => set.SetProperty(r => r.CourtReason, why).SetProperty(r => r.Version, r => r.Version + 1), ct);
        }

        throw new JobPostponedException(why);
    }

    private async Task SetStateAsync(string recordingId, string state, string reason, CancellationToken ct)
    {
        using var turn = await gate.EnterAsync(recordingId, ct);
        await db.Set<RecordingRow>().Where(r => r.Id == recordingId && r.CourtState == "making").ExecuteUpdateAsync(
            set => set.SetProperty(r => r.CourtState, state).SetProperty(r => r.CourtReason, reason).SetProperty(r => r.Version, r => r.Version + 1), ct);
    }

    private static partial class Log
    {
        [LoggerMessage(1530, LogLevel.Error, "The court copy of recording {RecordingId} could not be made")]
        public static partial void Failed(ILogger logger, Exception fault, string recordingId);
    }
}
