using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Custody;

/// <summary>Signs yesterday's root of every tenant soon after midnight UTC, and what was missed while the program was down.</summary>
internal sealed partial class CustodyRootKeeper(IServiceScopeFactory scopes, TimeProvider time, ILogger<CustodyRootKeeper> logger)
    : PeriodicWork(TimeSpan.FromMinutes(10), time, beginsAtOnce: true)
{
    protected override Task RunOnceAsync(CancellationToken ct) => SignAsync(ct);

    protected override void OnFailed(Exception fault) => Log.Failed(logger, fault);

    internal async Task SignAsync(CancellationToken ct)
    {
        foreach (var tenantId in await TenantsAsync(ct))
        {
            await using var scope = scopes.CreateTenantScope(tenantId);
            if (await scope.ServiceProvider.GetRequiredService<CustodyRoots>().SignAsync(ct) is > 0 and var count)
                Log.Signed(logger, count, tenantId);
        }
    }

    private async Task<List<string>> TenantsAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<HubDbContext>().Set<CustodyRow>().IgnoreQueryFilters().Select(c => c.TenantId).Distinct().ToListAsync(ct);
    }

    private static partial class Log
    {
        [LoggerMessage(1703, LogLevel.Information, "{Count} daily roots of the custody log of {TenantId} were signed")]
        public static partial void Signed(ILogger logger, int count, string tenantId);

        [LoggerMessage(1704, LogLevel.Error, "Signing the roots of the custody log failed; the next round tries again")]
        public static partial void Failed(ILogger logger, Exception fault);
    }
}
