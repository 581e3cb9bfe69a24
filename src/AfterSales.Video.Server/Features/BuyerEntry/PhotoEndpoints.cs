using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace AfterSales.Video.Server.Features.BuyerEntry;

internal static class PhotoEndpoints
{
    /// <summary>Multipart boundaries and the note around the photo itself.</summary>
    private const long FormOverhead = 64 * 1024;

    public static void MapPhotos(this IEndpointRouteBuilder buyer) =>
        buyer.MapPost("/photos", Take).RequireRateLimiting(RateLimits.Photos).DisableAntiforgery()
            .WithMetadata(new RequestSizeLimitAttribute(PhotoIntake.MaxBytes + FormOverhead))
            .WithMetadata(new RequestFormLimitsAttribute { MultipartBodyLengthLimit = PhotoIntake.MaxBytes + FormOverhead })
            .Produces<PhotoReceipt>();

    public static void MapPhotoDownloads(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/photos/{photoId}", Download).WithTags("Tickets").RequireAuthorization(Staff.AnyPolicy)
            .Produces(StatusCodes.Status200OK, contentType: "image/jpeg");

    private static async Task<IResult> Take(IFormFile photo, [FromForm] string? note, HttpContext context, PhotoIntake intake, CancellationToken ct)
    {
        if (note?.Length > PhotoIntake.MaxNoteLength)
            return Problem.Of(ProblemCodes.RequestInvalid, $"note has at most {PhotoIntake.MaxNoteLength} characters.");
        if (photo.Length is 0 or > PhotoIntake.MaxBytes)
            return Problem.Of(photo.Length == 0 ? ProblemCodes.PhotoNotAccepted : ProblemCodes.RequestTooLarge);
        var (receipt, refusal) = await intake.TakeAsync(Buyer.CallId(context.User), photo, note ?? "", ct);
        return refusal is null ? Results.Ok(receipt) : Problem.Of(refusal);
    }

    private static async Task<IResult> Download(string photoId, HttpContext context, HubDbContext db, IEvidenceStore store, CancellationToken ct)
    {
        var row = await db.Set<PhotoRow>().AsNoTracking().FirstOrDefaultAsync(p => p.Id == photoId, ct);
        var content = row is null ? null : await store.OpenReadAsync(EvidenceKey.Create(row.TenantId, row.EvidenceFolder, row.EvidenceName), ct);
        if (content is null)
            return Problem.Of(ProblemCodes.NotFound);
        context.Response.Headers.CacheControl = "private, max-age=3600";
        return Results.Stream(content, row!.ContentType, entityTag: new EntityTagHeaderValue($"\"{row.Sha256}\""), enableRangeProcessing: true);
    }
}
