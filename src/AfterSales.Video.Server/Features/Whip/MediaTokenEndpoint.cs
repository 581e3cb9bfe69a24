using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Domain.Calls;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Whip.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Whip;

/// <summary>Lets a program into a call: a token, and where to publish and to play with it.</summary>
internal static class MediaTokenEndpoint
{
    public static void MapMediaTokens(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/calls/{callId}/media-tokens", Issue).WithTags("Calls").RequireAuthorization(Staff.DeskPolicy)
            .Produces<MediaTokenView>(StatusCodes.Status201Created);

    private static async Task<IResult> Issue(
        string callId, MediaTokenRequest request, HttpContext context, CallStore calls, CallFlow flow, ConsentNotices notices, MediaGrants grants,
        IOptions<CallOptions> options, IOptions<WebOptions> web, TimeProvider time, CancellationToken ct)
    {
        if (request.Role is not ("buyer" or "agent" or "expert" or "supervisor") || request.DisplayName.Length > 100 || !ConsentNotices.IsLanguage(request.Language))
            return Problem.Of(ProblemCodes.RequestInvalid, "role is buyer, agent, expert or supervisor; displayName has at most 100 characters; language is zh-CN or en.");
        var row = await calls.FindAsync(callId, ct);
        if (row is null)
            return Problem.Of(ProblemCodes.CallNotFound);
        if (row.Phase == CallPhase.Ended)
            return Problem.Of(ProblemCodes.CallEnded);
        if (request.Role == "buyer")
        {
            if (!request.ConsentGiven)
                return Problem.Of(ProblemCodes.ConsentRequired, "consentGiven must be true: show the notice to the buyer and state their consent.");
            var consent = await flow.GiveConsentAsync(callId, notices.Record(request.Language, time.GetUtcNow()), ct);
            if (consent?.Error is { } error)
                return Problem.Of(error.Code);
        }

        var expiresAt = row.CreatedAt + options.Value.LinkLifetime + options.Value.MaxDuration;
        var grant = new MediaGrant(grants.NewGrantId(), row.TenantId, callId, request.Role, request.DisplayName);
        var origin = web.Value.PublicUrl.Length > 0 ? web.Value.PublicUrl.TrimEnd('/') : $"{context.Request.Scheme}://{context.Request.Host}";
        return Results.Created((string?)null, new MediaTokenView(
            WhipSessions.ParticipantId(grant, WhipKind.Publish), $"{origin}/whip", $"{origin}/whep", grants.Issue(grant, expiresAt), expiresAt));
    }
}
