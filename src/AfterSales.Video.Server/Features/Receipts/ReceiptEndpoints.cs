using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Receipts.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Retention.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using QRCoder;

namespace AfterSales.Video.Server.Features.Receipts;

/// <summary>The buyer's own receipt, and the public check of any receipt. Neither shows anything of the recording.</summary>
internal static class ReceiptEndpoints
{
    public static IServiceCollection AddReceipts(this IServiceCollection services) => services.AddScoped<ReceiptBook>();

    public static void MapReceipts(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/buyer/receipt", OfBuyer).WithTags("Buyer").RequireAuthorization(Buyer.Policy).AddEndpointFilter(Buyer.UseTenant).Produces<ReceiptView>();
        app.MapGet("/api/receipts/{code}", Public).WithTags("Evidence").RequireRateLimiting(RateLimits.Receipts).Produces<ReceiptView>();
    }

    private static async Task<IResult> OfBuyer(HttpContext context, ReceiptBook receipts, HubDbContext db, IOptions<WebOptions> web, CancellationToken ct) =>
        await receipts.OfCallAsync(Buyer.CallId(context.User), ct) is { } row
            ? Results.Ok(await ViewAsync(context, row, db, web.Value, ct))
            : Results.NoContent();

    private static async Task<IResult> Public(string code, HttpContext context, HubDbContext db, TenantScope tenant, IOptions<WebOptions> web, CancellationToken ct)
    {
        var row = ReceiptCode.TryParse(code, out var normal)
            ? await db.Set<ReceiptRow>().IgnoreQueryFilters().AsNoTracking().FirstOrDefaultAsync(r => r.Code == normal, ct)
            : null;
        if (row is null)
            return Problem.Of(ProblemCodes.ReceiptNotFound);
        // Whoever holds the code may see it, signed in or not and wherever.
        tenant.TenantId = row.TenantId;
        context.Response.Headers.CacheControl = "no-store";
        return Results.Ok(await ViewAsync(context, row, db, web.Value, ct));
    }

    private static async Task<ReceiptView> ViewAsync(HttpContext context, ReceiptRow row, HubDbContext db, WebOptions web, CancellationToken ct)
    {
        var envelope = SignedText.Parse(row.Envelope);
        if (!SignedDocuments.Receipt.TryRead(envelope, out var receipt, out var problem))
            throw new InvalidDataException("A stored receipt is damaged: " + problem);
        var url = $"{web.Origin(context.Request)}/r/{row.Code}";
        return new ReceiptView(
            row.Code, url, QrSvg(url), receipt.StartedAt, receipt.DurationMs / 1000.0, receipt.Blocks, receipt.Checkpoint.Seq, receipt.Checkpoint.Head,
            envelope.Signatures[0].KeyId, receipt.Complete, await StandingAsync(db, row.RecordingId, ct), row.Envelope);
    }

    private static async Task<string> StandingAsync(HubDbContext db, string recordingId, CancellationToken ct)
    {
        if (await db.Set<RecordingRow>().AnyAsync(r => r.Id == recordingId && r.State == RecordingState.Erased, ct))
            return "erased";
        return await db.Set<HoldRow>().AnyAsync(h => h.RecordingId == recordingId && h.ReleasedAt == null, ct) ? "kept_on_hold" : "kept";
    }

    private static string QrSvg(string url)
    {
        using var code = QRCodeGenerator.GenerateQrCode(url, QRCodeGenerator.ECCLevel.M);
        using var svg = new SvgQRCode(code);
        return svg.GetGraphic(4, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
    }
}
