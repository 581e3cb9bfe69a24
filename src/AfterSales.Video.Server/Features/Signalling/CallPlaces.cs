using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Domain.Calls;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using AfterSales.Video.Sfu.Rooms;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>Gives a connection its place: resumed with its token, or taken by a fresh page.</summary>
internal sealed class CallPlaces(LiveCalls live, CallStore calls, CallFlow flow, Ticketing ticketing, IceServerList iceServers, IOptions<SignallingOptions> options)
{
    /// <summary>The buyer's one place in a call, whichever browser tab holds it.</summary>
    public const string BuyerOwner = "buyer";

    private static readonly ConnectResult Rejoin = new("rejoin", null, null, null, null, []);
    private static readonly ConnectResult Replaced = new("replaced", null, null, null, null, []);

    public async Task<ConnectResult> ConnectAsync(HubCallerContext context, ICallClient client, ConnectRequest request)
    {
        var isBuyer = request.CallId.Length == 0 || Staff.Identity(context.User!) is null;
        var buyersCall = isBuyer ? Buyer.CallId(context.User!) : null;
        if (isBuyer && request.CallId.Length > 0 && request.CallId != buyersCall)
            return HubRefusal.Connect(ProblemCodes.CallNotFound);
        var callId = buyersCall ?? request.CallId;
        var row = await calls.FindAsync(callId, context.ConnectionAborted);
        if (row is null)
            return HubRefusal.Connect(isBuyer ? ProblemCodes.LinkNotValid : ProblemCodes.CallNotFound);
        if (row.Phase == CallPhase.Ended)
            return HubRefusal.Connect(ProblemCodes.CallEnded);
        var ownerId = isBuyer ? BuyerOwner : Staff.Id(context.User!);
        var connect = () => new PlaceConnection(context.ConnectionId, client, options.Value.ClientQueueCapacity, context.Abort);
        return request.ResumeToken is { } token
            ? Resume(context, callId, ownerId, token, request.LastSeq, connect)
            : await JoinAsync(context, row, ownerId, isBuyer, connect);
    }

    private ConnectResult Resume(HubCallerContext context, string callId, string ownerId, string token, long lastSeq, Func<PlaceConnection> connect)
    {
        var call = live.Find(callId);
        if (call?.FindByOwner(ownerId) is not { } place)
            return Rejoin;
        if (!place.TryResume(token, lastSeq, connect))
            return place.WasReplaced(token) ? Replaced : Rejoin;
        new HeldPlace(call, place).BindTo(context);
        call.Resumed(place);
        return new ConnectResult("resumed", null, place.ParticipantId, token, call.Snapshot(place), iceServers.For(place.ParticipantId));
    }

    private async Task<ConnectResult> JoinAsync(HubCallerContext context, CallRow row, string ownerId, bool isBuyer, Func<PlaceConnection> connect)
    {
        var call = live.GetOrAdd(row);
        using var turn = await call.EnterAsync(context.ConnectionAborted);
        // The call may have ended while this page waited for its turn.
        var current = (await calls.FindAsync(row.Id, context.ConnectionAborted))!;
        if (call.HasEnded || current.Phase == CallPhase.Ended)
        {
            live.Forget(call);
            return HubRefusal.Connect(ProblemCodes.CallEnded);
        }

        if (await flow.EnsureRecordedAsync(call, current, context.ConnectionAborted) is { } unrecorded)
            return HubRefusal.Connect(unrecorded);
        var newcomer = await NewcomerAsync(context, row, ownerId, isBuyer);
        var spec = new ParticipantSpec(newcomer.ParticipantId, newcomer.Role);
        var (place, token, refusal) = await call.JoinAsync(newcomer, connect, spec, context.ConnectionAborted);
        if (place is null)
            return HubRefusal.Connect(refusal!);
        new HeldPlace(call, place).BindTo(context);
        return new ConnectResult("joined", null, place.ParticipantId, token, call.Snapshot(place), iceServers.For(place.ParticipantId));
    }

    private async Task<Place> NewcomerAsync(HubCallerContext context, CallRow row, string ownerId, bool isBuyer)
    {
        if (!isBuyer)
            return new Place("s-" + ShortId(row.Id + ownerId), ownerId, RoleOf(context), Staff.Name(context.User!));
        var ticket = await ticketing.FindAsync(row.TicketId, context.ConnectionAborted);
        return new Place("b-" + ShortId(row.Id), ownerId, "buyer", ticket is null ? "" : ticketing.MaskedName(ticket));
    }

    private static string RoleOf(HubCallerContext context) => Staff.HasRole(context.User!, ["agent"]) || !Staff.HasRole(context.User!, ["supervisor"]) ? "agent" : "supervisor";

    // Says nothing of whose it is; the same person has the same id again.
    private static string ShortId(string text) => Ids.Sha256(text)[..16];
}
