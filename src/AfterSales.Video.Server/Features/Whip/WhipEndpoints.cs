using System.Text;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Server.Features.Whip.Public;
using AfterSales.Video.Server.Hosting;

namespace AfterSales.Video.Server.Features.Whip;

/// <summary>WHIP (RFC 9725) at /whip and WHEP at /whep, on the same engine as the pages.</summary>
internal static class WhipEndpoints
{
    private const string Sdp = "application/sdp";
    private const string Fragment = "application/trickle-ice-sdpfrag";

    public static IServiceCollection AddWhip(this IServiceCollection services)
    {
        services.AddSingleton<MediaGrants>();
        services.AddSingleton<WhipSessions>();
        return services;
    }

    public static void MapWhip(this IEndpointRouteBuilder app)
    {
        app.MapMediaTokens();
        Map(app, "/whip", WhipKind.Publish);
        Map(app, "/whep", WhipKind.Play);
    }

    private static void Map(IEndpointRouteBuilder app, string path, WhipKind kind)
    {
        var group = app.MapGroup(path).WithTags(kind == WhipKind.Publish ? "WHIP" : "WHEP").AllowAnonymous();
        group.MapPost("", (HttpContext context, MediaGrants grants, WhipSessions sessions) => OpenAsync(context, grants, sessions, path, kind))
            .Produces(StatusCodes.Status201Created, contentType: Sdp);
        group.MapMethods("", ["OPTIONS"], Options);
        group.MapPatch("/{sessionId}", (string sessionId, HttpContext context, MediaGrants grants, WhipSessions sessions) =>
            PatchAsync(sessionId, context, grants, sessions, kind)).Produces(StatusCodes.Status204NoContent);
        group.MapDelete("/{sessionId}", (string sessionId, HttpContext context, MediaGrants grants, WhipSessions sessions) =>
            DeleteAsync(sessionId, context, grants, sessions, kind)).Produces(StatusCodes.Status200OK);
        group.MapMethods("/{sessionId}", ["OPTIONS"], Options);
    }

    private static async Task<IResult> OpenAsync(HttpContext context, MediaGrants grants, WhipSessions sessions, string path, WhipKind kind)
    {
        if (grants.Read(context.Request) is not { } grant)
            return Unauthenticated(context);
        var (offer, fault) = await ReadAsync(context, Sdp);
        if (offer is null)
            return fault!;
        var (session, result, refusal) = await sessions.OpenAsync(grant, kind, offer, context.RequestAborted);
        if (session is null)
            return Problem.Of(refusal!, result?.Refusal is { } sdp ? $"{sdp.Code}: {sdp.Detail}" : null);
        context.Response.Headers.ETag = $"\"{session.Tag}\"";
        context.Response.Headers.Location = $"{path}/{session.SessionId}";
        context.Response.Headers["Accept-Patch"] = Fragment;
        return Results.Text(result!.AnswerSdp, Sdp, Encoding.UTF8, StatusCodes.Status201Created);
    }

    // RFC 9725 §4.3: trickled candidates are 204, an ICE restart is 200 with our side of it.
    private static async Task<IResult> PatchAsync(string sessionId, HttpContext context, MediaGrants grants, WhipSessions sessions, WhipKind kind)
    {
        if (grants.Read(context.Request) is not { } grant)
            return Unauthenticated(context);
        if (sessions.Find(sessionId, kind, grant) is not { } session)
            return Problem.Of(ProblemCodes.NotFound);
        var (fragment, fault) = await ReadAsync(context, Fragment);
        if (fragment is null)
            return fault!;
        var match = context.Request.Headers.IfMatch.ToString();
        if (match.Length == 0)
            return Problem.Of(ProblemCodes.RequestInvalid, "If-Match is needed: the ETag of the session for candidates, * for an ICE restart.", StatusCodes.Status428PreconditionRequired);
        var isRestart = SdpFragment.TryReadCredentials(fragment, out var ufrag, out var password) && ufrag != SdpFragment.UfragOf(session.Offer);
        if (!isRestart)
            return match == "*" || match == $"\"{session.Tag}\"" ? Results.NoContent() : Problem.Of(ProblemCodes.RequestInvalid, "The ICE session has changed.", StatusCodes.Status412PreconditionFailed);
        var (restarted, result) = await sessions.RestartAsync(session, SdpFragment.WithCredentials(session.Offer, ufrag, password), context.RequestAborted);
        if (!result.Accepted)
            return Problem.Of(ProblemCodes.SdpRefused, $"{result.Refusal!.Code}: {result.Refusal.Detail}");
        context.Response.Headers.ETag = $"\"{restarted.Tag}\"";
        return Results.Text(SdpFragment.FromAnswer(result.AnswerSdp!), Fragment, Encoding.UTF8);
    }

    private static async Task<IResult> DeleteAsync(string sessionId, HttpContext context, MediaGrants grants, WhipSessions sessions, WhipKind kind)
    {
        if (grants.Read(context.Request) is not { } grant)
            return Unauthenticated(context);
        if (sessions.Find(sessionId, kind, grant) is not { } session)
            return Problem.Of(ProblemCodes.NotFound);
        await sessions.CloseAsync(session);
        return Results.Ok();
    }

    private static IResult Options(HttpContext context)
    {
        context.Response.Headers["Accept-Post"] = Sdp;
        context.Response.Headers.Allow = "POST, PATCH, DELETE, OPTIONS";
        return Results.NoContent();
    }

    private static IResult Unauthenticated(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problem.Of(ProblemCodes.Unauthenticated, "Send the token of POST /api/calls/{callId}/media-tokens as a bearer token.");
    }

    private static async Task<(string? Text, IResult? Fault)> ReadAsync(HttpContext context, string contentType)
    {
        var given = context.Request.ContentType?.Split(';')[0].Trim();
        if (!contentType.Equals(given, StringComparison.OrdinalIgnoreCase))
            return (null, Problem.Of(ProblemCodes.RequestInvalid, $"Send {contentType}.", StatusCodes.Status415UnsupportedMediaType));
        var buffer = new byte[CallHub.MaxSdpBytes + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
        return length > CallHub.MaxSdpBytes
            ? (null, Problem.Of(ProblemCodes.RequestTooLarge, $"At most {CallHub.MaxSdpBytes} bytes."))
            : (Encoding.UTF8.GetString(buffer, 0, length), null);
    }
}
