using System.Text.Json.Nodes;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Review;

/// <summary>What the review pages read, and what is written down about it. Nothing of a recording is shown before its custody entry is in the log.</summary>
internal static class ReviewEndpoints
{
    private const int MaxRanges = 200;

    /// <summary>Somebody who comes back after it opens the recording anew.</summary>
    private static readonly TimeSpan LongestViewing = TimeSpan.FromHours(12);

    public static IServiceCollection AddReview(this IServiceCollection services)
    {
        services.AddScoped<ReviewAccess>();
        services.AddScoped<ReviewQueries>();
        services.AddScoped<ReviewBuilder>();
        services.AddScoped<ExportWriter>();
        return services;
    }

    public static void MapReview(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/review/recordings", List).WithTags("Review").RequireAuthorization(Staff.AnyPolicy).Produces<ReviewListView>();
        var recording = app.MapGroup("/api/recordings/{recordingId}").WithTags("Review").RequireAuthorization(Staff.AnyPolicy);
        recording.MapGet("/review", Show).Produces<ReviewView>();
        recording.MapPost("/views", Viewed).Produces(StatusCodes.Status204NoContent);
        recording.MapGet("/custody", Custody).Produces<CustodyView>();
        recording.MapGet("/manifest", Manifest).Produces(StatusCodes.Status200OK, contentType: "application/json");
        recording.MapGet("/checkpoints", Checkpoints).Produces(StatusCodes.Status200OK, contentType: "application/json");
        recording.MapMethods("/segments/{name}", ["GET", "HEAD"], Segment).Produces(StatusCodes.Status200OK, contentType: "application/octet-stream");
        var review = app.MapGroup("/api/recordings/{recordingId}").WithTags("Review").RequireAuthorization(Staff.ReviewPolicy);
        review.MapPost("/court-copy", OrderCourtCopy).Produces<CourtCopyView>(StatusCodes.Status202Accepted);
        review.MapGet("/export", Export).Produces(StatusCodes.Status200OK, contentType: "application/zip");
        app.MapGet("/api/admin/storage", async (StorageProbe probe, CancellationToken ct) => Results.Ok(await probe.ViewAsync(ct)))
            .WithTags("Evidence").RequireAuthorization(Staff.AdminPolicy).Produces<StorageView>();
    }

    private static async Task<IResult> List(
        HttpContext context, ReviewQueries queries, CancellationToken ct, string ticketNumber = "", string state = "", string cursor = "") =>
        ReviewQueries.TryReadFilter(ticketNumber, state, cursor, out var filter, out var fault)
            ? Results.Ok(await queries.ListAsync(context.User, filter.TicketNumber, filter.State, filter.After, ct))
            : Problem.Of(ProblemCodes.RequestInvalid, fault);

    private static async Task<IResult> Show(
        string recordingId, HttpContext context, ReviewAccess access, ReviewBuilder builder, CustodyLog custody, CustodyReader log, TimeProvider time, CancellationToken ct,
        string viewId = "")
    {
        if (await access.FindAsync(context.User, recordingId, ct) is not { } row)
            return Problem.Of(ProblemCodes.RecordingNotFound);
        // A page asks again while files are still made: that is the same viewing, and one line of the log.
        if (!IsViewId(viewId) || !await log.IsViewingAsync(row.Id, Staff.Id(context.User), viewId, time.GetUtcNow() - LongestViewing, ct))
        {
            viewId = Ids.New(time);
            await custody.AppendAsync(row.TenantId, CustodyKind.Opened, CustodyActor.Of(context.User), row.Id, new JsonObject { ["viewId"] = viewId }, ct);
        }

        context.Response.Headers.CacheControl = "no-store";
        return Results.Ok(await builder.BuildAsync(row, viewId, context.User, ct));
    }

    private static bool IsViewId(string text) => text.Length == 32 && text.All(char.IsAsciiHexDigitLower);

    private static async Task<IResult> Viewed(
        string recordingId, ViewedRequest request, HttpContext context, ReviewAccess access, CustodyLog custody, CancellationToken ct)
    {
        if (!IsViewId(request.ViewId) || request.Ranges.Count is 0 or > MaxRanges
            || request.Ranges.Any(r => r.FromMs < 0 || r.ToMs < r.FromMs))
            return Problem.Of(ProblemCodes.RequestInvalid, $"viewId is from the review; ranges are 1 to {MaxRanges}, each with 0 ≤ fromMs ≤ toMs.");
        if (await access.FindAsync(context.User, recordingId, ct) is not { } row)
            return Problem.Of(ProblemCodes.RecordingNotFound);
        var ranges = new JsonArray([.. request.Ranges.Select(r => (JsonNode)new JsonObject { ["fromMs"] = r.FromMs, ["toMs"] = r.ToMs })]);
        await custody.AppendAsync(
            row.TenantId, CustodyKind.Viewed, CustodyActor.Of(context.User), row.Id, new JsonObject { ["viewId"] = request.ViewId, ["ranges"] = ranges }, ct);
        return Results.NoContent();
    }

    private static async Task<IResult> Custody(string recordingId, HttpContext context, ReviewAccess access, CustodyReader custody, CancellationToken ct) =>
        await access.FindAsync(context.User, recordingId, ct) is { } row
            ? Results.Ok(await custody.ViewAsync([row.Id, row.CallId], ct))
            : Problem.Of(ProblemCodes.RecordingNotFound);

    // Stays readable after an erasure: it says what there was.
    private static async Task<IResult> Manifest(string recordingId, HttpContext context, ReviewAccess access, RecordingFiles files, CancellationToken ct)
    {
        if (await access.FindAsync(context.User, recordingId, ct) is not { } row)
            return Problem.Of(ProblemCodes.RecordingNotFound);
        return row.ManifestName is { } name && await files.ReadAsync(row.TenantId, row.Id, name, ct) is { } envelope
            ? Results.Bytes(envelope, "application/json")
            : Problem.Of(ProblemCodes.RecordingNotSealed);
    }

    private static async Task<IResult> Checkpoints(
        string recordingId, HttpContext context, ReviewAccess access, CheckpointLog checkpoints, RecordingFiles files, CancellationToken ct)
    {
        if (await access.FindAsync(context.User, recordingId, ct) is not { } row)
            return Problem.Of(ProblemCodes.RecordingNotFound);
        var manifest = row.ManifestName is { } name ? await files.ReadAsync(row.TenantId, row.Id, name, ct) : null;
        var envelopes = manifest is null
            ? (await checkpoints.OfRecordingAsync(row.Id, ct)).Select(c => c.Envelope)
            : await checkpoints.SealedAsync(row.Id, manifest, ct);
        return Results.Bytes(SignedText.Array(envelopes), "application/json");
    }

    private static async Task<IResult> Segment(string recordingId, string name, HttpContext context, ReviewAccess access, RecordingSegments segments, CancellationToken ct)
    {
        var (row, refusal) = await access.ReadableAsync(context.User, recordingId, ct);
        if (row is null)
            return Problem.Of(refusal!);
        var content = await segments.OpenAsync(row, name, ct);
        if (content is null)
            return Problem.Of(ProblemCodes.NotFound);
        context.Response.Headers.CacheControl = "private, max-age=3600";
        return Results.Stream(content, "application/octet-stream", enableRangeProcessing: true);
    }

    private static async Task<IResult> OrderCourtCopy(
        string recordingId, HttpContext context, CourtCopies copies, RecordingFiles files, CancellationToken ct)
    {
        var (row, refusal) = await copies.OrderAsync(recordingId, ct);
        return refusal is null
            ? Results.Accepted($"/api/recordings/{recordingId}/review", ReviewBuilder.CourtCopy(row!, await files.OfAsync(recordingId, ct)))
            : Problem.Of(refusal);
    }

    private static async Task<IResult> Export(
        string recordingId, HttpContext context, ReviewAccess access, ExportWriter exports, CustodyLog custody, IOptions<WebOptions> web, CancellationToken ct)
    {
        var (row, refusal) = await access.ReadableAsync(context.User, recordingId, ct);
        if (row is null)
            return Problem.Of(refusal!, refusal == ProblemCodes.RecordingErased ? $"There is nothing left to export. What stood here is signed at /api/recordings/{recordingId}/tombstone." : null);
        if (row.SealedAt is null)
            return Problem.Of(ProblemCodes.RecordingNotSealed, row.Reason.Length > 0 ? row.Reason : null);
        await custody.AppendAsync(row.TenantId, CustodyKind.Exported, CustodyActor.Of(context.User), row.Id, new JsonObject { ["head"] = row.HeadHex }, ct);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"evidence-{row.Id}.zip\"";
        var (role, keys) = (CustodyActor.Of(context.User).Role, new Uri(web.Value.Origin(context.Request) + EvidenceOptions.PublishedAt));
        // The ZIP writer flushes its small headers synchronously; what is large goes out asynchronously.
        if (context.Features.Get<IHttpBodyControlFeature>() is { } body)
            body.AllowSynchronousIO = true;
        return Results.Stream(output => exports.WriteAsync(row, role, keys, output, ct), "application/zip");
    }
}
