using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Domain.Calls;
using AfterSales.Video.Domain.Tickets;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Tickets;

internal static class TicketEndpoints
{
    public static IServiceCollection AddTickets(this IServiceCollection services)
    {
        services.AddScoped<Ticketing>();
        services.AddScoped<TicketQueries>();
        return services;
    }

    public static void MapTickets(this IEndpointRouteBuilder app)
    {
        var read = app.MapGroup("/api/tickets").WithTags("Tickets").RequireAuthorization(Staff.AnyPolicy);
        read.MapGet("", List).Produces<TicketPage>();
        read.MapGet("/{ticketId}", Show).Produces<TicketView>();
        var write = app.MapGroup("/api/tickets").WithTags("Tickets").RequireAuthorization(Staff.DeskPolicy);
        write.MapPost("", Open).Produces<TicketView>(StatusCodes.Status201Created);
        write.MapPost("/{ticketId}/close", Close).Produces<TicketView>();
        write.MapPost("/{ticketId}/reopen", Reopen).Produces<TicketView>();
        write.MapPut("/{ticketId}/notes", SaveNotes).Produces<NotesView>();
    }

    private static async Task<IResult> List(
        TicketQueries queries, CancellationToken ct, string status = "open", string query = "", string cursor = "", int limit = 50)
    {
        if (status is not ("open" or "closed" or "all") || query.Length > 200 || limit is < 1 or > TicketQueries.MaxPageSize)
            return Problem.Of(ProblemCodes.RequestInvalid, "status is open, closed or all; query has at most 200 characters; limit is 1 to 100.");
        TicketCursor? after = null;
        if (cursor.Length > 0)
        {
            if (!TicketCursor.TryParse(cursor, out var parsed))
                return Problem.Of(ProblemCodes.RequestInvalid, "cursor is not one of ours: start from the first page.");
            after = parsed;
        }

        return Results.Ok(await queries.ListAsync(status, query, after, limit, ct));
    }

    private static async Task<IResult> Show(string ticketId, TicketQueries queries, CancellationToken ct) =>
        await queries.ViewAsync(ticketId, ct) is { } view ? Results.Ok(view) : Problem.Of(ProblemCodes.TicketNotFound);

    private static async Task<IResult> Open(OpenTicketRequest request, Ticketing ticketing, TicketQueries queries, DeskNotifier desk, CancellationToken ct)
    {
        if (FaultOf(request) is { } fault)
            return Problem.Of(ProblemCodes.RequestInvalid, fault);
        var row = await ticketing.OpenAsync(request, ct);
        await desk.TicketChangedAsync(row.TenantId, row.Id);
        return Results.Created($"/api/tickets/{row.Id}", await queries.ViewAsync(row.Id, ct));
    }

    private static async Task<IResult> Close(
        string ticketId, CloseTicketRequest request, HubDbContext db, Ticketing ticketing, TicketQueries queries, DeskNotifier desk, TimeProvider time, CancellationToken ct)
    {
        if (!TicketRules.ClosingReasons.Contains(request.Reason))
            return Problem.Of(ProblemCodes.RequestInvalid, "reason is resolved, duplicate, no_response or other.");
        if (await db.Set<CallRow>().AnyAsync(c => c.TicketId == ticketId && c.Phase != CallPhase.Ended, ct))
            return Problem.Of(ProblemCodes.CallAlreadyActive, "End the call first.");
        return await ChangeAsync(ticketId, ticketing, queries, desk, row =>
        {
            row.Status = "closed";
            row.ClosedAt ??= time.GetUtcNow();
            row.ClosingReason = request.Reason;
        }, ct);
    }

    private static Task<IResult> Reopen(string ticketId, Ticketing ticketing, TicketQueries queries, DeskNotifier desk, CancellationToken ct) =>
        ChangeAsync(ticketId, ticketing, queries, desk, row =>
        {
            row.Status = "open";
            row.ClosedAt = null;
            row.ClosingReason = null;
        }, ct);

    private static async Task<IResult> SaveNotes(string ticketId, SaveNotesRequest request, Ticketing ticketing, DeskNotifier desk, CancellationToken ct)
    {
        if (request.Notes.Length > TicketRules.MaxNotesLength)
            return Problem.Of(ProblemCodes.RequestInvalid, $"Notes have at most {TicketRules.MaxNotesLength} characters.");
        var (row, refusal) = await ticketing.ChangeAsync(ticketId, ticket =>
        {
            if (ticket.NotesVersion != request.NotesVersion)
                return ProblemCodes.TicketNotesConflict;
            ticket.Notes = request.Notes;
            ticket.NotesVersion++;
            return null;
        }, ct);
        if (refusal is not null)
            return Problem.Of(refusal);
        await desk.TicketChangedAsync(row!.TenantId, row.Id);
        return Results.Ok(new NotesView(row.Notes, row.NotesVersion));
    }

    private static async Task<IResult> ChangeAsync(
        string ticketId, Ticketing ticketing, TicketQueries queries, DeskNotifier desk, Action<TicketRow> change, CancellationToken ct)
    {
        var (row, refusal) = await ticketing.ChangeAsync(ticketId, ticket =>
        {
            change(ticket);
            return null;
        }, ct);
        if (refusal is not null)
            return Problem.Of(refusal);
        await desk.TicketChangedAsync(row!.TenantId, row.Id);
        return Results.Ok(await queries.ViewAsync(ticketId, ct));
    }

    private static string? FaultOf(OpenTicketRequest request)
    {
        if (request.Subject.Trim().Length is < 1 or > TicketRules.MaxSubjectLength)
            return $"subject has 1 to {TicketRules.MaxSubjectLength} characters.";
        if (request.BuyerName.Trim().Length is < 1 or > TicketRules.MaxNameLength)
            return $"buyerName has 1 to {TicketRules.MaxNameLength} characters.";
        if (request.BuyerPhone.Length > 40 || Masking.Digits(request.BuyerPhone).Length is < 5 or > 20)
            return "buyerPhone has 5 to 20 digits.";
        if (!TicketRules.ProblemTypes.Contains(request.ProblemType))
            return "problemType is one of " + string.Join(", ", TicketRules.ProblemTypes) + ".";
        if (!TicketRules.Platforms.Contains(request.Platform))
            return "platform is one of " + string.Join(", ", TicketRules.Platforms) + ".";
        if (request.PlatformOrderId.Length > TicketRules.MaxOrderIdLength)
            return $"platformOrderId has at most {TicketRules.MaxOrderIdLength} characters.";
        return request.OrderLines.Count > TicketRules.MaxOrderLines || request.OrderLines.Any(line => !IsValid(line))
            ? $"orderLines: at most {TicketRules.MaxOrderLines}, each with a sku and title (at most 200 characters), quantity 1 to 9999, a price that is not negative and a 3-letter currency."
            : null;
    }

    private static bool IsValid(OrderLine line) =>
        line is { Sku.Length: <= 200, Title.Length: >= 1 and <= 200, Quantity: >= 1 and <= 9999, UnitPrice: >= 0 and < 100_000_000, Currency.Length: 3 }
        && line.Currency.All(char.IsAsciiLetterUpper);
}
