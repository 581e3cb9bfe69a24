using System.Text.Json.Nodes;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.Jobs.Public;
using AfterSales.Video.Server.Features.Receipts.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Retention.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Retention;

/// <summary>Holds, erasure, disputes and the policy.</summary>
internal static class RetentionEndpoints
{
    private const int MaxReasonLength = 500;
    private const int MaxDays = 36_500;

    public static IServiceCollection AddRetention(this IServiceCollection services)
    {
        services.AddScoped<Keeping>();
        services.AddScoped<Erasure>();
        services.AddScoped<Tombstones>();
        services.AddScoped<StoredObjects>();
        services.AddScoped<RecordsRemoval>();
        services.AddScoped<StoreHolds>();
        services.AddScoped<IJobHandler, ErasureJob>();
        services.AddScoped<IJobHandler, StoreHoldJob>();
        services.AddSingleton<RetentionSweeper>();
        services.AddHostedService(provider => provider.GetRequiredService<RetentionSweeper>());
        return services;
    }

    public static void MapRetention(this IEndpointRouteBuilder app)
    {
        var review = app.MapGroup("/api/recordings/{recordingId}").WithTags("Review").RequireAuthorization(Staff.ReviewPolicy);
        review.MapPost("/holds", Hold).Produces<HoldView>(StatusCodes.Status201Created);
        review.MapDelete("/holds/{holdId}", Release).Produces(StatusCodes.Status204NoContent);
        review.MapGet("/tombstone", Tombstone).Produces(StatusCodes.Status200OK, contentType: "application/json");
        app.MapPost("/api/recordings/{recordingId}/erasure", Erase).WithTags("Review").RequireAuthorization(Staff.AdminPolicy).Produces(StatusCodes.Status202Accepted);
        var admin = app.MapGroup("/api/admin/retention").WithTags("Evidence").RequireAuthorization(Staff.AdminPolicy);
        admin.MapGet("", Policy).Produces<RetentionPolicy>();
        admin.MapPut("", SetPolicy).Produces<RetentionPolicy>();
        var dispute = app.MapGroup("/api/tickets/{ticketId}/dispute").WithTags("Tickets").RequireAuthorization(Staff.DeskPolicy);
        dispute.MapPost("", (string ticketId, Ticketing ticketing, TimeProvider time, CancellationToken ct) => Dispute(ticketId, ticketing, time.GetUtcNow(), ct))
            .Produces(StatusCodes.Status204NoContent);
        dispute.MapDelete("", (string ticketId, Ticketing ticketing, CancellationToken ct) => Dispute(ticketId, ticketing, null, ct))
            .Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> Hold(
        string recordingId, HoldRequest request, HttpContext context, HubDbContext db, Keeping keeping, PersonalDataProtector personal, CustodyLog custody,
        RecordingGate gate, StoreHolds store, JobQueue jobs, TimeProvider time, CancellationToken ct)
    {
        if (!IsReason(request.Reason))
            return Problem.Of(ProblemCodes.RequestInvalid, $"reason has 3 to {MaxReasonLength} characters.");
        // Either the hold is there before an erasure looks, or the erasure is done before the hold is asked for.
        using var turn = await gate.EnterAsync(recordingId, ct);
        if (await db.Set<RecordingRow>().AsNoTracking().FirstOrDefaultAsync(r => r.Id == recordingId, ct) is not { } recording)
            return Problem.Of(ProblemCodes.RecordingNotFound);
        if (recording.State == RecordingState.Erased)
            return Problem.Of(ProblemCodes.RecordingErased);
        var row = new HoldRow
        {
            Id = Ids.New(time),
            TenantId = recording.TenantId,
            RecordingId = recordingId,
            ReasonProtected = personal.Protect(request.Reason.Trim()),
            SetById = Staff.Id(context.User),
            SetByName = Staff.Name(context.User),
            SetAt = time.GetUtcNow(),
        };
        await custody.AppendAsync(recording.TenantId, CustodyKind.Held, CustodyActor.Of(context.User), recordingId, Detail(row.Id, request.Reason), ct);
        db.Add(row);
        await store.FollowAsync(row.TenantId, recordingId, CancellationToken.None);
        await db.SaveChangesAsync(CancellationToken.None);
        jobs.Wake();
        return Results.Created($"/api/recordings/{recordingId}/holds/{row.Id}", keeping.View(row));
    }

    private static async Task<IResult> Release(
        string recordingId, string holdId, HttpContext context, HubDbContext db, CustodyLog custody, StoreHolds store, JobQueue jobs, TimeProvider time, CancellationToken ct)
    {
        var row = await db.Set<HoldRow>().FirstOrDefaultAsync(h => h.Id == holdId && h.RecordingId == recordingId && h.ReleasedAt == null, ct);
        if (row is null)
            return Problem.Of(ProblemCodes.HoldNotFound);
        await custody.AppendAsync(row.TenantId, CustodyKind.Released, CustodyActor.Of(context.User), recordingId, new JsonObject { ["holdId"] = holdId }, ct);
        row.ReleasedAt = time.GetUtcNow();
        row.ReleasedById = Staff.Id(context.User);
        await store.FollowAsync(row.TenantId, recordingId, CancellationToken.None);
        await db.SaveChangesAsync(CancellationToken.None);
        jobs.Wake();
        return Results.NoContent();
    }

    private static async Task<IResult> Erase(
        string recordingId, ErasureRequest request, HttpContext context, Erasure erasure, ReceiptBook receipts, CancellationToken ct)
    {
        if (!IsReason(request.Reason))
            return Problem.Of(ProblemCodes.RequestInvalid, $"reason has 3 to {MaxReasonLength} characters.");
        var code = (await receipts.OfRecordingAsync(recordingId, ct))?.Code;
        var typed = request.Confirmation.Trim();
        if (!typed.Equals(code ?? recordingId, StringComparison.OrdinalIgnoreCase) && typed != recordingId)
            return Problem.Of(ProblemCodes.ConfirmationWrong);
        var refusal = await erasure.EraseAsync(recordingId, CustodyActor.Of(context.User), "request", request.Reason.Trim(), ct);
        return refusal is null ? Results.Accepted() : Problem.Of(refusal.Code, refusal.Detail);
    }

    private static async Task<IResult> Tombstone(string recordingId, Tombstones tombstones, CancellationToken ct) =>
        await tombstones.FindAsync(recordingId, ct) is { } row ? Results.Text(row.Envelope, "application/json") : Problem.Of(ProblemCodes.NotFound);

    private static async Task<IResult> Policy(Keeping keeping, CancellationToken ct) => Results.Ok(await keeping.PolicyAsync(ct));

    private static async Task<IResult> SetPolicy(
        RetentionPolicy request, HttpContext context, HubDbContext db, TenantScope tenant, CustodyLog custody, CancellationToken ct)
    {
        if (request.MediaDaysAfterClose is < 1 or > MaxDays || request.DisputeMediaDays is < 1 or > MaxDays || request.RecordsDays is < 1 or > MaxDays
            || request.RecordsDays < Math.Max(request.MediaDaysAfterClose, request.DisputeMediaDays))
            return Problem.Of(ProblemCodes.RequestInvalid, $"Each is 1 to {MaxDays} days, and recordsDays is not less than the other two: records outlast the media they speak of.");
        var detail = new JsonObject { ["mediaDaysAfterClose"] = request.MediaDaysAfterClose, ["disputeMediaDays"] = request.DisputeMediaDays, ["recordsDays"] = request.RecordsDays };
        await custody.AppendAsync(tenant.TenantId, CustodyKind.RetentionChanged, CustodyActor.Of(context.User), tenant.TenantId, detail, ct);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO retention_policies (tenant_id, media_days_after_close, dispute_media_days, records_days, version)
            VALUES ({tenant.TenantId}, {request.MediaDaysAfterClose}, {request.DisputeMediaDays}, {request.RecordsDays}, 1)
            ON CONFLICT (tenant_id) DO UPDATE SET media_days_after_close = excluded.media_days_after_close,
                dispute_media_days = excluded.dispute_media_days, records_days = excluded.records_days, version = retention_policies.version + 1
            """, ct);
        return Results.Ok(request);
    }

    private static async Task<IResult> Dispute(string ticketId, Ticketing ticketing, DateTimeOffset? since, CancellationToken ct)
    {
        var (_, refusal) = await ticketing.ChangeAsync(ticketId, ticket =>
        {
            ticket.DisputedAt = since is null ? null : ticket.DisputedAt ?? since;
            return null;
        }, ct);
        return refusal is null ? Results.NoContent() : Problem.Of(refusal);
    }

    private static bool IsReason(string reason) => reason.Trim().Length is >= 3 and <= MaxReasonLength;

    private static JsonObject Detail(string holdId, string reason) => new() { ["holdId"] = holdId, ["reasonSha256"] = Ids.Sha256(reason.Trim()) };
}
