using AfterSales.Video.Domain.Calls;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Signalling.Public;

namespace AfterSales.Video.Server.Hosting;

/// <summary>SIGTERM: before anything stops, people are told, rooms close and journals are sealed. Waiting calls keep their links.</summary>
internal sealed partial class GracefulEnd(LiveCalls live, IServiceScopeFactory scopes, ILogger<GracefulEnd> logger) : IHostedLifecycleService
{
    public async Task StoppingAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(live.All.Select(EndAsync));

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task EndAsync(LiveCall call)
    {
        try
        {
            if (!call.IsLive)
            {
                await live.EndAsync(call.CallId, Words.Of(CallEndReason.ServerStopped), () => Task.CompletedTask);
                return;
            }

            await using var scope = scopes.CreateTenantScope(call.TenantId);
            await scope.ServiceProvider.GetRequiredService<CallFlow>().EndAsync(call.CallId, CallEndReason.ServerStopped, CancellationToken.None);
        }
        catch (Exception fault)
        {
            Log.NotEnded(logger, fault, call.CallId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1603, LogLevel.Error, "Call {CallId} could not be ended in order; its journal is recovered at the next start")]
        public static partial void NotEnded(ILogger logger, Exception fault, string callId);
    }
}
