using System.Security.Cryptography;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace AfterSales.Video.Server.Features.Stills;

/// <summary>
/// Photos in place of video on a weak link. Over HTTP and not over the hub: a hub message has at most 32 KB (SE-04), and a photo on its way must not hold
/// up the signalling.
/// </summary>
internal static class StillEndpoints
{
    private const int MaxSide = 1280;

    /// <summary>Smaller is no photo of anything.</summary>
    private const int MinSide = 64;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);

    public static void MapStills(this IEndpointRouteBuilder app)
    {
        var buyer = app.MapGroup("/api/buyer/stills").WithTags("Buyer").RequireAuthorization(Buyer.Policy).AddEndpointFilter(Buyer.UseTenant);
        buyer.MapPost("", (HttpContext context, LiveCalls live, TimeProvider time, CancellationToken ct) => TakeAsync(context, BuyersSeat(context, live), time, ct)).TakesImage();
        buyer.MapGet("/{participantId}", (string participantId, HttpContext context, LiveCalls live) => Show(context, BuyersSeat(context, live), participantId)).GivesImage();
        var desk = app.MapGroup("/api/calls/{callId}/stills").WithTags("Calls").RequireAuthorization(Staff.DeskPolicy);
        desk.MapPost("", (string callId, HttpContext context, LiveCalls live, TimeProvider time, CancellationToken ct) => TakeAsync(context, StaffsSeat(context, live, callId), time, ct)).TakesImage();
        desk.MapGet("/{participantId}", (string callId, string participantId, HttpContext context, LiveCalls live) => Show(context, StaffsSeat(context, live, callId), participantId)).GivesImage();
    }

    private static void TakesImage(this RouteHandlerBuilder endpoint) =>
        endpoint.Accepts<byte[]>(CallStill.ContentType).WithMetadata(new RequestSizeLimitAttribute(RecordedStill.MaxBytes + 1)).Produces<StillReceipt>();

    private static void GivesImage(this RouteHandlerBuilder endpoint) => endpoint.Produces(StatusCodes.Status200OK, contentType: CallStill.ContentType);

    private static async Task<IResult> TakeAsync(HttpContext context, Seat? seat, TimeProvider time, CancellationToken ct)
    {
        if (seat is null)
            return Problem.Of(ProblemCodes.CallNotFound, "Connect to /hubs/call first: photos come from a participant of a running call.");
        if (context.Request.ContentLength > RecordedStill.MaxBytes)
            return Problem.Of(ProblemCodes.RequestTooLarge, $"A photo in place of video has at most {RecordedStill.MaxBytes} bytes.");
        if (seat.Call.StillRefusal(seat.Place) is { } refusal)
            return Problem.Of(refusal);
        if (!seat.Call.MaySendStill(seat.Place))
            return Problem.Later(context, ProblemCodes.TooManyRequests, Pace);
        if (await ReadAsync(context.Request.Body, ct) is not { } image)
            return Problem.Of(ProblemCodes.RequestTooLarge, $"A photo in place of video has at most {RecordedStill.MaxBytes} bytes.");
        if (!JpegHeader.TryRead(image.Span, out var width, out var height) || Math.Max(width, height) > MaxSide || Math.Min(width, height) < MinSide)
            return Problem.Of(ProblemCodes.PhotoNotAccepted, $"A photo in place of video is a JPEG image with sides of {MinSide} to {MaxSide} pixels.");
        // The call may have ended, or the camera been switched off, while the photo was on its way.
        if (seat.Call.StillRefusal(seat.Place) is { } lateRefusal)
            return Problem.Of(lateRefusal);
        var still = new CallStill(Ids.New(time), width, height, Convert.ToHexStringLower(SHA256.HashData(image.Span)), image);
        return Results.Ok(new StillReceipt(still.StillId, still.Sha256, width, height, seat.Call.TakeStill(seat.Place, still)));
    }

    private static IResult Show(HttpContext context, Seat? seat, string participantId)
    {
        if (seat?.Call.StillOf(participantId) is not { } still)
            return Problem.Of(ProblemCodes.NotFound);
        context.Response.Headers.CacheControl = "private, no-store";
        return Results.Bytes(still.Image, CallStill.ContentType);
    }

    /// <summary>Null when there is more than a photo may have. Chunked bodies say no length before.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(Stream body, CancellationToken ct)
    {
        var buffer = new byte[RecordedStill.MaxBytes + 1];
        var read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return read > RecordedStill.MaxBytes ? null : buffer.AsMemory(0, read);
    }

    private static Seat? BuyersSeat(HttpContext context, LiveCalls live) =>
        live.Find(Buyer.CallId(context.User)) is { } call && call.FindBuyer() is { } place ? new Seat(call, place) : null;

    // A place in the call is the right to its photos, so no tenant has to be compared.
    private static Seat? StaffsSeat(HttpContext context, LiveCalls live, string callId) =>
        live.Find(callId) is { } call && call.FindByOwner(Staff.Id(context.User)) is { } place ? new Seat(call, place) : null;

    private sealed record Seat(LiveCall Call, Place Place);
}
