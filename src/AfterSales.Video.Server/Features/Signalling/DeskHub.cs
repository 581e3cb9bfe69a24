using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using Microsoft.AspNetCore.SignalR;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>Live updates for signed-in staff.</summary>
internal sealed class DeskHub(AgentDirectory directory, Ticketing ticketing, TenantScope tenant) : Hub<IDeskClient>, IDeskHub
{
    private const string FollowedKey = "followed";

    public override async Task OnConnectedAsync()
    {
        var identity = Staff.Identity(Context.User!);
        var standing = identity is null ? null : await directory.FindAsync(identity, Context.ConnectionAborted);
        if (standing is null or { MustChangePassword: true })
        {
            Context.Abort();
            return;
        }

        directory.Register(Context.ConnectionId, identity!.FindFirst(Staff.IdClaim)!.Value, Context.Abort);
        await Groups.AddToGroupAsync(Context.ConnectionId, DeskNotifier.Everyone(identity.FindFirst(TenantScope.Claim)!.Value));
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        directory.Unregister(Context.ConnectionId);
        return Task.CompletedTask;
    }

    [AllowCallers("agent", "reviewer", "supervisor", "admin")]
    public async Task<CommandResult> Follow(FollowRequest request)
    {
        if (request.TicketId is { } ticketId && await ticketing.FindAsync(ticketId, Context.ConnectionAborted) is null)
            return new CommandResult(ProblemCodes.TicketNotFound);
        if (Context.Items.Remove(FollowedKey, out var former))
            await Groups.RemoveFromGroupAsync(Context.ConnectionId, (string)former!);
        if (request.TicketId is null)
            return new CommandResult(null);
        var group = DeskNotifier.Followers(tenant.TenantId, request.TicketId);
        Context.Items[FollowedKey] = group;
        await Groups.AddToGroupAsync(Context.ConnectionId, group);
        return new CommandResult(null);
    }
}
