using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Server.Hosting;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>Gives up the places of pages that did not come back within the grace period.</summary>
internal sealed partial class VacancyKeeper(LiveCalls live, IServiceScopeFactory scopes, TimeProvider time, ILogger<VacancyKeeper> logger)
    : PeriodicWork(TimeSpan.FromSeconds(1), time)
{
    protected override void OnFailed(Exception fault) => Log.Failed(logger, fault);

    protected override async Task RunOnceAsync(CancellationToken ct)
    {
        foreach (var call in live.All)
        {
            foreach (var place in call.Overdue())
            {
                await call.RemoveAsync(place, "timeout", ct);
                Log.Left(logger, place.ParticipantId, call.CallId);
                if (!place.IsStaff)
                    await BuyerLeftAsync(call, ct);
            }
        }
    }

    private async Task BuyerLeftAsync(LiveCall call, CancellationToken ct)
    {
        await using var scope = scopes.CreateTenantScope(call.TenantId);
        await scope.ServiceProvider.GetRequiredService<CallFlow>().BuyerLeftAsync(call.CallId, ct);
    }

    private static partial class Log
    {
        [LoggerMessage(1320, LogLevel.Information, "Participant {ParticipantId} did not come back to call {CallId}")]
        public static partial void Left(ILogger logger, string participantId, string callId);

        [LoggerMessage(1321, LogLevel.Error, "Giving up vacant places failed; the next round tries again")]
        public static partial void Failed(ILogger logger, Exception fault);
    }
}
