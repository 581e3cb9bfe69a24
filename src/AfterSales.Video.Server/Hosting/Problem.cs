using System.Globalization;
using AfterSales.Video.Contracts.Http;
using Microsoft.AspNetCore.Mvc;

namespace AfterSales.Video.Server.Hosting;

/// <summary>Every refusal leaves as application/problem+json (RFC 9457) with a stable "code".</summary>
internal static class Problem
{
    private static readonly Dictionary<string, (int Status, string Title)> ByCode = new(StringComparer.Ordinal)
    {
        [ProblemCodes.Unauthenticated] = (401, "Sign in first."),
        [ProblemCodes.Forbidden] = (403, "Your role does not allow this."),
        [ProblemCodes.SignInFailed] = (401, "E-mail or password is wrong."),
        [ProblemCodes.LockedOut] = (429, "Too many wrong passwords: the account is locked for a while."),
        [ProblemCodes.PasswordChangeRequired] = (403, "Change the one-time password first."),
        [ProblemCodes.PasswordTooWeak] = (400, "The new password is too weak."),
        [ProblemCodes.OriginRefused] = (403, "Requests from this web origin are not accepted."),
        [ProblemCodes.RequestInvalid] = (400, "The request is not valid."),
        [ProblemCodes.RequestTooLarge] = (413, "The request is too large."),
        [ProblemCodes.TooManyRequests] = (429, "Too many requests: wait, then try again."),
        [ProblemCodes.NotFound] = (404, "There is nothing here."),
        [ProblemCodes.TicketNotFound] = (404, "No such ticket."),
        [ProblemCodes.TicketClosed] = (409, "The ticket is closed: reopen it first."),
        [ProblemCodes.TicketNotesConflict] = (409, "Somebody else saved the notes: read them again."),
        [ProblemCodes.AgentExists] = (409, "An account with this e-mail exists."),
        [ProblemCodes.CallNotFound] = (404, "No such call."),
        [ProblemCodes.CallEnded] = (409, "The call has ended."),
        [ProblemCodes.CallAlreadyActive] = (409, "This ticket has a running call."),
        [ProblemCodes.CallsAtCapacity] = (503, "The server carries as many calls as it is set up for."),
        [ProblemCodes.RecordingNotReady] = (409, "The recording is not ready yet."),
        [ProblemCodes.RecordingNotFound] = (404, "No such recording."),
        [ProblemCodes.RecordingNotSealed] = (409, "The recording is not sealed yet: its manifest follows when all files are made."),
        [ProblemCodes.RecordingOnHold] = (409, "The recording is on hold and must be kept."),
        [ProblemCodes.RecordingErased] = (410, "The recording has been erased."),
        [ProblemCodes.RecordingFileChanged] = (422, "What is stored here is not what was sealed."),
        [ProblemCodes.RecordingNotRunning] = (409, "Nothing is being recorded in this call."),
        [ProblemCodes.ConfirmationWrong] = (409, "What was typed to confirm is not this recording's receipt code or id."),
        [ProblemCodes.HoldNotFound] = (404, "No such hold."),
        [ProblemCodes.ReceiptNotFound] = (404, "No receipt has this code."),
        [ProblemCodes.EvidenceKeyNotFound] = (404, "No signing key has this id."),
        [ProblemCodes.DiskFull] = (503, "The disk of the recordings is nearly full: free some space, then try again."),
        [ProblemCodes.LinkNotValid] = (404, "This link is not valid (any more)."),
        [ProblemCodes.ConsentRequired] = (409, "Consent has not been given."),
        [ProblemCodes.ConsentOutdated] = (409, "The consent notice has changed: show the new one."),
        [ProblemCodes.PhotoNotAccepted] = (415, "This file is not a photo of an accepted kind."),
        [ProblemCodes.StillCameraOff] = (409, "The camera is switched off: nothing is taken from it."),
        [ProblemCodes.SdpRefused] = (400, "The session description was refused."),
        [ProblemCodes.RoomFull] = (409, "The call is full."),
        [ProblemCodes.Unavailable] = (503, "Not available at the moment."),
        [ProblemCodes.Unexpected] = (500, "Something went wrong on the server."),
    };

    public static IResult Of(string code, string? detail = null, int? status = null) => Results.Problem(Details(code, detail, status));

    /// <summary>429 or 503 with Retry-After in whole seconds.</summary>
    public static IResult Later(HttpContext context, string code, TimeSpan retryAfter, string? detail = null)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Of(code, detail);
    }

    public static Task WriteAsync(HttpContext context, string code, string? detail = null, int? status = null)
    {
        // Two schemes may both be challenged: the first has said it.
        if (context.Response.HasStarted)
            return Task.CompletedTask;
        var details = Details(code, detail, status);
        context.Response.StatusCode = details.Status!.Value;
        return context.Response.WriteAsJsonAsync(details, options: null, contentType: "application/problem+json", context.RequestAborted);
    }

    /// <summary>For answers the framework leaves empty (405, 415, a body that could not be read…).</summary>
    public static Task WriteForStatusAsync(HttpContext context)
    {
        var status = context.Response.StatusCode;
        return WriteAsync(context, CodeOf(status), TitleOf(status), status);
    }

    private static ProblemDetails Details(string code, string? detail, int? status)
    {
        var (usualStatus, title) = ByCode[code];
        return new ProblemDetails
        {
            Status = status ?? usualStatus,
            Title = title,
            Detail = detail,
            Type = "about:blank",
            Extensions = { ["code"] = code },
        };
    }

    private static string CodeOf(int status) => status switch
    {
        401 => ProblemCodes.Unauthenticated,
        403 => ProblemCodes.Forbidden,
        404 => ProblemCodes.NotFound,
        413 => ProblemCodes.RequestTooLarge,
        429 => ProblemCodes.TooManyRequests,
        503 => ProblemCodes.Unavailable,
        >= 500 => ProblemCodes.Unexpected,
        _ => ProblemCodes.RequestInvalid,
    };

    private static string? TitleOf(int status) => status switch
    {
        405 => "This method is not possible on this address.",
        406 => "None of the accepted media types is available.",
        415 => "This media type is not accepted here.",
        _ => null,
    };
}
