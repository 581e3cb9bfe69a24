using AfterSales.Video.Domain.Calls;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Server.Features.Whip.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Calls;

/// <summary>Ends calls that nobody will end: link never opened, everybody gone, nobody back after a crash, or far too long.</summary>
internal sealed partial class CallSweeper(
    IServiceScopeFactory scopes, LiveCalls live, WhipSessions whip, IOptions<CallOptions> options, TimeProvider time, ILogger<CallSweeper> logger)
    : PeriodicWork(options.Value.SweepInterval, time)
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    protected override Task RunOnceAsync(CancellationToken ct) => SweepAsync(ct);

    protected override void OnFailed(Exception fault) => Log.Failed(logger, fault);

    internal async Task SweepAsync(CancellationToken ct)
    {
        whip.Prune();
        foreach (var call in await ForgottenAsync(ct))
        {
            var reason = IsCutOff(call) ? CallEndReason.ServerStopped : CallEndReason.Expired;
            await using var scope = scopes.CreateTenantScope(call.TenantId);
            await scope.ServiceProvider.GetRequiredService<CallFlow>().EndAsync(call.Id, reason, ct);
        }
    }

    private async Task<List<CallRow>> ForgottenAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDbContext>();
        var now = Time.GetUtcNow();
        var settings = options.Value;
        var running = await db.Set<CallRow>().IgnoreQueryFilters().AsNoTracking().Where(c => c.Phase != CallPhase.Ended).ToListAsync(ct);
        var usable = await db.Set<BuyerLinkRow>().IgnoreQueryFilters()
            .Where(l => !l.Revoked && l.ExpiresAt > now).Select(l => l.CallId).Distinct().ToListAsync(ct);
        var withLink = usable.ToHashSet(StringComparer.Ordinal);
        return running.Where(call => call.Phase == CallPhase.Waiting
            ? !withLink.Contains(call.Id)
            : now - call.StartedAt > settings.MaxDuration || IsDeserted(call, now, settings)).ToList();
    }

    private bool IsDeserted(CallRow call, DateTimeOffset now, CallOptions settings) => IsCutOff(call)
        ? now - _startedAt > settings.ReturnTimeout
        : now - live.Find(call.Id)?.EmptySince > settings.EmptyTimeout;

    /// <summary>Live in the database and unknown here: an earlier process died, and nobody has come back yet.</summary>
    private bool IsCutOff(CallRow call) => call.Phase == CallPhase.Live && live.Find(call.Id) is null;

    private static partial class Log
    {
        [LoggerMessage(1210, LogLevel.Error, "Looking for forgotten calls failed; the next round tries again")]
        public static partial void Failed(ILogger logger, Exception fault);
    }
}
