using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Custody.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Custody;

/// <summary>Signs yesterday's root of every tenant soon after midnight UTC, and what was missed while the program was down.</summary>
internal sealed partial class CustodyRootKeeper(IServiceScopeFactory scopes, TimeProvider time, ILogger<CustodyRootKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await SignAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                Log.Failed(logger, fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

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
