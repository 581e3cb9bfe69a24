using System.Security.Claims;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Domain.Tickets;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Retention.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Review;

/// <summary>The list of cases: recordings with their ticket, newest first.</summary>
internal sealed class ReviewQueries(HubDbContext db, ReviewAccess access, Ticketing ticketing)
{
    public const int PageSize = 50;

    /// <param name="after">Id of the last recording of the page before; ids sort by time.</param>
    public async Task<ReviewListView> ListAsync(ClaimsPrincipal user, long? ticketNumber, RecordingState? state, string? after, CancellationToken ct)
    {
        var recordings = access.Visible(user);
        if (state is { } wanted)
            recordings = recordings.Where(r => r.State == wanted);
        if (ticketNumber is { } number)
            recordings = recordings.Where(r => db.Set<TicketRow>().Any(t => t.Id == r.TicketId && t.Number == number));
        if (after is not null)
            recordings = recordings.Where(r => string.Compare(r.Id, after) < 0);
        var rows = await recordings.OrderByDescending(r => r.Id).Take(PageSize + 1).ToListAsync(ct);
        var page = rows.Take(PageSize).ToList();
        return new ReviewListView(await CasesAsync(page, ct), rows.Count > PageSize ? page[^1].Id : null);
    }

    public async Task<ReviewCaseView> CaseAsync(RecordingRow row, CancellationToken ct) => (await CasesAsync([row], ct))[0];

    private async Task<List<ReviewCaseView>> CasesAsync(List<RecordingRow> rows, CancellationToken ct)
    {
        var (ids, ticketIds, callIds) = (rows.Select(r => r.Id).ToList(), rows.Select(r => r.TicketId).ToList(), rows.Select(r => r.CallId).ToList());
        var tickets = await db.Set<TicketRow>().AsNoTracking().Where(t => ticketIds.Contains(t.Id)).ToDictionaryAsync(t => t.Id, StringComparer.Ordinal, ct);
        var agents = await db.Set<CallRow>().AsNoTracking().Where(c => callIds.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.AgentName, StringComparer.Ordinal, ct);
        var held = await db.Set<HoldRow>().AsNoTracking().Where(h => ids.Contains(h.RecordingId) && h.ReleasedAt == null).Select(h => h.RecordingId).Distinct().ToListAsync(ct);
        var posters = await db.Set<RecordingFileRow>().AsNoTracking().Where(f => ids.Contains(f.RecordingId) && f.Purpose == "poster").ToListAsync(ct);
        return rows.Select(row => View(
            row, tickets[row.TicketId], agents.GetValueOrDefault(row.CallId, ""), held.Contains(row.Id), posters.Find(p => p.RecordingId == row.Id)?.Name)).ToList();
    }

    private ReviewCaseView View(RecordingRow row, TicketRow ticket, string agentName, bool onHold, string? poster) => new(
        row.Id, row.CallId, row.TicketId, ticket.Number, ticket.Subject, ticketing.MaskedName(ticket), agentName, row.StartedAt, row.DurationMs / 1000.0,
        Words.Of(row.State), row.Integrity, onHold, poster is null ? null : RecordingViews.FileUrl(row.Id, poster));

    public static bool TryReadFilter(string ticketNumber, string state, string cursor, out ReviewFilter filter, out string fault)
    {
        filter = new ReviewFilter(null, null, null);
        fault = "ticketNumber is like T-1042; state is one of recording, muxing, ready, partial, empty, failed, erased; cursor is the nextCursor of an answer.";
        var number = 0L;
        var parsed = default(RecordingState);
        if (ticketNumber.Length > 0 && !TicketRules.TryParseNumber(ticketNumber, out number))
            return false;
        if (state.Length > 0 && !Words.TryParse(state, out parsed))
            return false;
        if (cursor.Length > 0 && (cursor.Length != 32 || !cursor.All(char.IsAsciiHexDigitLower)))
            return false;
        filter = new ReviewFilter(ticketNumber.Length > 0 ? number : null, state.Length > 0 ? parsed : null, cursor.Length > 0 ? cursor : null);
        return true;
    }
}

internal sealed record ReviewFilter(long? TicketNumber, RecordingState? State, string? After);
