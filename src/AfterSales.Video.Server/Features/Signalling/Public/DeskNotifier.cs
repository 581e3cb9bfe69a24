using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using Microsoft.AspNetCore.SignalR;

namespace AfterSales.Video.Server.Features.Signalling.Public;

/// <summary>Pushes what changed to signed-in staff. Failing to tell never fails what happened: a page reads again when it reconnects.</summary>
internal sealed partial class DeskNotifier(IHubContext<DeskHub, IDeskClient> hub, IServiceScopeFactory scopes, LiveCalls live, ILogger<DeskNotifier> logger)
{
    public static string Everyone(string tenantId) => $"desk {tenantId}";

    public static string Followers(string tenantId, string ticketId) => $"ticket {tenantId} {ticketId}";

    public Task TicketChangedAsync(string tenantId, string ticketId) => TellAsync(tenantId, async services =>
    {
        if (await services.GetRequiredService<TicketQueries>().SummaryAsync(ticketId, CancellationToken.None) is { } summary)
            await hub.Clients.Group(Everyone(tenantId)).Receive(new TicketChanged(summary));
    });

    public Task CallChangedAsync(string tenantId, string callId) => TellAsync(tenantId, async services =>
    {
        if (await services.GetRequiredService<CallViews>().FindAsync(callId, CancellationToken.None) is not { } view)
            return;
        await hub.Clients.Group(Followers(tenantId, view.TicketId)).Receive(new CallChanged(view));
        if (view.Recording is { } recording)
            live.Find(callId)?.Broadcast(new RecordingStateChanged(recording.State));
    });

    public Task PhotoReceivedAsync(string tenantId, string ticketId, PhotoView photo) => TellAsync(tenantId, _ =>
        hub.Clients.Group(Followers(tenantId, ticketId)).Receive(new PhotoReceived(ticketId, photo)));

    private async Task TellAsync(string tenantId, Func<IServiceProvider, Task> tell)
    {
        try
        {
            await using var scope = scopes.CreateTenantScope(tenantId);
            await tell(scope.ServiceProvider);
        }
        catch (Exception fault)
        {
            Log.NotTold(logger, fault);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1310, LogLevel.Warning, "A change could not be told to the desk")]
        public static partial void NotTold(ILogger logger, Exception fault);
    }
}
