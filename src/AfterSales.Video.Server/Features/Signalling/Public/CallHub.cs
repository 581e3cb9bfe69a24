using System.Text;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Domain.Calls;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.FirstFrame.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Sfu.Rooms;
using Microsoft.AspNetCore.SignalR;

namespace AfterSales.Video.Server.Features.Signalling.Public;

/// <summary>One participant's place in one call; see ICallHub for the protocol.</summary>
internal sealed class CallHub(CallPlaces places, CallFlow flow, FirstFrameTimings timings, CheckpointLog checkpoints, IceServerList iceServers) : Hub<ICallClient>, ICallHub
{
    /// <summary>SE-04. A browser's offer for 8 sections is about 12 KB.</summary>
    public const int MaxSdpBytes = 16 * 1024;

    private const int MaxPublications = 8;
    private static readonly CommandResult Done = new(null);

    [AllowCallers(AllowCallersAttribute.Buyer, "agent", "supervisor", "admin")]
    public Task<ConnectResult> Connect(ConnectRequest request) => places.ConnectAsync(Context, Clients.Caller, request);

    [AllowCallers(AllowCallersAttribute.Buyer, "agent", "supervisor", "admin")]
    public async Task<NegotiateResult> Negotiate(NegotiateRequest request)
    {
        if (HeldPlace.Of(Context) is not { } held)
            return HubRefusal.Negotiate("session.rejoin");
        if (held.Call.HasEnded)
            return HubRefusal.Negotiate(ProblemCodes.CallEnded);
        if (!held.Place.IsStaff && !held.Call.IsLive)
            return HubRefusal.Negotiate(ProblemCodes.ConsentRequired);
        if (Encoding.UTF8.GetByteCount(request.Sdp) > MaxSdpBytes)
            return HubRefusal.Negotiate(ProblemCodes.SdpRefused, "sdp.too_large");
        var result = await held.Call.Room!.NegotiateAsync(held.Place.ParticipantId, request.Sdp, Context.ConnectionAborted);
        if (result.Refusal is { } refusal)
            return HubRefusal.Negotiate(ProblemCodes.SdpRefused, $"{refusal.Code}: {refusal.Detail}");
        var snapshot = await held.Call.Room.SnapshotAsync(Context.ConnectionAborted);
        var own = snapshot.Participants.FirstOrDefault(p => p.ParticipantId == held.Place.ParticipantId);
        return new NegotiateResult(result.AnswerSdp, null, null, own is null ? held.Place.Slots : LiveCall.Views(own.Slots));
    }

    [AllowCallers(AllowCallersAttribute.Buyer, "agent", "supervisor", "admin")]
    public async Task<CommandResult> SetPublications(SetPublicationsRequest request)
    {
        if (HeldPlace.Of(Context) is not { } held)
            return new CommandResult("session.rejoin");
        if (request.Publications.Count > MaxPublications || request.Publications.Any(p => p.Mid.Length is 0 or > 32 || p.Source is not ("camera" or "microphone" or "screen")))
            return new CommandResult(ProblemCodes.RequestInvalid);
        var specs = request.Publications.Select(p => new PublicationSpec(p.Mid, p.Source, p.Muted)).ToList();
        var result = await held.Call.Room!.SetPublicationsAsync(held.Place.ParticipantId, specs, Context.ConnectionAborted);
        return result.IsDone ? Done : new CommandResult(ProblemCodes.RequestInvalid);
    }

    [AllowCallers(AllowCallersAttribute.Buyer)]
    public async Task<CommandResult> ReportStep(ReportStepRequest request)
    {
        if (HeldPlace.Of(Context) is not { } held)
            return new CommandResult("session.rejoin");
        if (!Words.TryParse<BuyerStep>(request.Step, out var step))
            return new CommandResult(ProblemCodes.RequestInvalid);
        var change = await flow.ReportAsync(held.Call.CallId, step, Context.ConnectionAborted);
        return change is null ? new CommandResult(ProblemCodes.CallNotFound) : new CommandResult(change.Error?.Code);
    }

    [AllowCallers(AllowCallersAttribute.Buyer, "agent", "supervisor", "admin")]
    public async Task<CommandResult> ReportTiming(ReportTimingRequest request)
    {
        if (HeldPlace.Of(Context) is not { } held)
            return new CommandResult("session.rejoin");
        var kept = await timings.TryKeepAsync(held.Call.CallId, held.Place.Role, request.Measure, request.Milliseconds, Context.ConnectionAborted);
        return kept ? Done : new CommandResult(ProblemCodes.RequestInvalid);
    }

    [AllowCallers(AllowCallersAttribute.Buyer, "agent", "supervisor", "admin")]
    public Task<CommandResult> ReportQuality(ReportQualityRequest request)
    {
        if (HeldPlace.Of(Context) is not { } held)
            return Task.FromResult(new CommandResult("session.rejoin"));
        if (!QualityReports.IsBelievable(request))
            return Task.FromResult(new CommandResult(ProblemCodes.RequestInvalid));
        return Task.FromResult(held.Call.TryTake(held.Place, request) ? Done : new CommandResult(ProblemCodes.TooManyRequests));
    }

    [AllowCallers(AllowCallersAttribute.Buyer, "agent", "supervisor", "admin")]
    public Task<IceServersResult> RenewIceServers(RenewIceServersRequest request) => Task.FromResult(
        HeldPlace.Of(Context) is { } held ? new IceServersResult(null, iceServers.For(held.Place.ParticipantId)) : new IceServersResult("session.rejoin", []));

    [AllowCallers(AllowCallersAttribute.Buyer, "agent", "supervisor", "admin")]
    public Task<CommandResult> Acknowledge(AcknowledgeRequest request)
    {
        if (HeldPlace.Of(Context) is not { } held)
            return Task.FromResult(new CommandResult("session.rejoin"));
        held.Place.Acknowledge(request.Seq);
        return Task.FromResult(Done);
    }

    [AllowCallers(AllowCallersAttribute.Buyer, "agent", "supervisor", "admin")]
    public async Task<CommandResult> EchoCheckpoint(EchoCheckpointRequest request)
    {
        if (HeldPlace.Of(Context) is not { } held)
            return new CommandResult("session.rejoin");
        // The last one often comes with the page's goodbye: it counts, whether or not the page waits.
        var kept = await checkpoints.TryEchoAsync(held.Call.CallId, held.Place.Role, request, CancellationToken.None);
        return kept ? Done : new CommandResult(ProblemCodes.RequestInvalid);
    }

    [AllowCallers(AllowCallersAttribute.Buyer, "agent", "supervisor", "admin")]
    public Task<CommandResult> ReportLink(LinkReport request) =>
        Task.FromResult(new CommandResult(HeldPlace.Of(Context) is { } held ? held.Call.ReportLink(held.Place, request) : "session.rejoin"));

    [AllowCallers(AllowCallersAttribute.Buyer, "agent", "supervisor", "admin")]
    public async Task<CommandResult> HangUp(HangUpRequest request)
    {
        if (HeldPlace.Of(Context) is not { } held)
            return new CommandResult("session.rejoin");
        // Whose hang-up it is follows from the place, whatever the page writes into the request.
        var reason = held.Place.IsStaff ? CallEndReason.AgentHungUp : CallEndReason.BuyerHungUp;
        await flow.EndAsync(held.Call.CallId, reason, CancellationToken.None);
        return Done;
    }

    [AllowCallers("agent", "supervisor", "admin")]
    public async Task<CommandResult> Leave(LeaveRequest request)
    {
        if (HeldPlace.Of(Context) is not { } held)
            return new CommandResult("session.rejoin");
        await held.Call.RemoveAsync(held.Place, "left", CancellationToken.None);
        return Done;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        if (HeldPlace.LastOf(Context) is { } held)
            held.Call.Disconnected(held.Place, Context.ConnectionId);
        return Task.CompletedTask;
    }
}
