using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Retention.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Retention;

/// <summary>Erases media that were kept long enough, and later the records about them; policies count in days.</summary>
internal sealed partial class RetentionSweeper(IServiceScopeFactory scopes, TimeProvider time, ILogger<RetentionSweeper> logger)
    : PeriodicWork(TimeSpan.FromHours(1), time, beginsAtOnce: true)
{
    protected override Task RunOnceAsync(CancellationToken ct) => SweepAsync(ct);

    protected override void OnFailed(Exception fault) => Log.Failed(logger, fault);

    /// <summary>How many were erased.</summary>
    internal async Task<int> SweepAsync(CancellationToken ct)
    {
        var (erased, removed) = (0, 0);
        foreach (var tenantId in await TenantsAsync(ct))
        {
            await using var scope = scopes.CreateTenantScope(tenantId);
            var services = scope.ServiceProvider;
            var policy = await services.GetRequiredService<Keeping>().PolicyAsync(ct);
            foreach (var recordingId in await OverdueAsync(services.GetRequiredService<HubDbContext>(), policy, ct))
            {
                var refusal = await services.GetRequiredService<Erasure>().EraseAsync(recordingId, CustodyActor.System, "retention", "retention policy", ct);
                erased += refusal is null ? 1 : 0;
            }

            removed += await services.GetRequiredService<RecordsRemoval>().RemoveAsync(policy, Time.GetUtcNow(), ct);
        }

        if (erased + removed > 0)
            Log.Swept(logger, erased, removed);
        return erased;
    }

    private async Task<List<string>> TenantsAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<HubDbContext>().Set<TicketRow>().IgnoreQueryFilters()
            .Where(t => t.ClosedAt != null).Select(t => t.TenantId).Distinct().ToListAsync(ct);
    }

    private async Task<List<string>> OverdueAsync(HubDbContext db, Contracts.Http.RetentionPolicy policy, CancellationToken ct)
    {
        var now = Time.GetUtcNow();
        // The shorter of the two times finds the candidates; the rule decides.
        var closedBefore = now.AddDays(-Math.Min(policy.MediaDaysAfterClose, policy.DisputeMediaDays));
        var candidates = await (
            from recording in db.Set<RecordingRow>().AsNoTracking()
            join ticket in db.Set<TicketRow>().AsNoTracking() on recording.TicketId equals ticket.Id
            where recording.State != RecordingState.Erased && recording.State != RecordingState.Recording && ticket.ClosedAt != null && ticket.ClosedAt <= closedBefore
                && !db.Set<HoldRow>().Any(h => h.RecordingId == recording.Id && h.ReleasedAt == null)
            select new { recording, ticket }).ToListAsync(ct);
        return candidates.Where(c => Keeping.Rule(c.recording, c.ticket, policy).Until <= now).Select(c => c.recording.Id).ToList();
    }

    private static partial class Log
    {
        [LoggerMessage(1720, LogLevel.Error, "Looking for recordings to erase failed; the next round tries again")]
        public static partial void Failed(ILogger logger, Exception fault);

        [LoggerMessage(1721, LogLevel.Information, "{Recordings} recordings were erased and {Tickets} tickets removed because their time was over")]
        public static partial void Swept(ILogger logger, int recordings, int tickets);
    }
}
