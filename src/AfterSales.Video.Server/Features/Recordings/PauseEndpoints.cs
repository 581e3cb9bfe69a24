using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Server.Hosting;

namespace AfterSales.Video.Server.Features.Recordings;

/// <summary>The agent leaves something out of the recording: the call goes on, the journal says from when to when and why.</summary>
internal static class PauseEndpoints
{
    private static readonly string[] Reasons = ["private_information", "third_person", "other"];

    public static void MapPauses(this IEndpointRouteBuilder app)
    {
        var desk = app.MapGroup("/api/calls/{callId}/recording").WithTags("Recordings").RequireAuthorization(Staff.DeskPolicy);
        desk.MapPost("/pause", Pause).Produces(StatusCodes.Status204NoContent);
        desk.MapPost("/resume", Resume).Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> Pause(
        string callId, PauseRecordingRequest request, CallStore calls, RecordingControl recordings, LiveCalls live, CancellationToken ct)
    {
        if (!Reasons.Contains(request.Reason))
            return Problem.Of(ProblemCodes.RequestInvalid, "reason is one of " + string.Join(", ", Reasons) + ".");
        return await TellAsync(callId, calls, () => recordings.Pause(callId, request.Reason), live, "paused", ct);
    }

    private static Task<IResult> Resume(string callId, CallStore calls, RecordingControl recordings, LiveCalls live, CancellationToken ct) =>
        TellAsync(callId, calls, () => recordings.Resume(callId), live, "recording", ct);

    private static async Task<IResult> TellAsync(string callId, CallStore calls, Func<bool> change, LiveCalls live, string state, CancellationToken ct)
    {
        if (await calls.FindAsync(callId, ct) is null)
            return Problem.Of(ProblemCodes.CallNotFound);
        if (!change())
            return Problem.Of(ProblemCodes.RecordingNotRunning);
        live.Find(callId)?.RecordingChanged(state);
        return Results.NoContent();
    }
}
