using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Domain.Calls;
using AfterSales.Video.Domain.Tickets;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Tickets.Public;

/// <summary>What the desk reads: pages of summaries, newest change first, and one ticket whole.</summary>
internal sealed class TicketQueries(HubDbContext db, TenantScope tenant, Ticketing ticketing, PersonalDataProtector personal, CallViews calls)
{
    public const int MaxPageSize = 100;

    public async Task<TicketPage> ListAsync(string status, string query, TicketCursor? after, int limit, CancellationToken ct)
    {
        var tickets = Search(db.Set<TicketRow>().AsNoTracking(), query);
        var openCount = await db.Set<TicketRow>().CountAsync(t => t.Status == "open", ct);
        if (status != "all")
            tickets = tickets.Where(t => t.Status == status);
        if (after is { } cursor)
            tickets = tickets.Where(t => t.UpdatedAt < cursor.UpdatedAt || (t.UpdatedAt == cursor.UpdatedAt && string.Compare(t.Id, cursor.Id) < 0));
        var rows = await tickets.OrderByDescending(t => t.UpdatedAt).ThenByDescending(t => t.Id).Take(limit + 1).ToListAsync(ct);
        var page = rows.Take(limit).ToList();
        var next = rows.Count > limit ? new TicketCursor(page[^1].UpdatedAt, page[^1].Id).ToString() : null;
        return new TicketPage(await SummariesAsync(page, ct), next, openCount);
    }

    public async Task<TicketSummary?> SummaryAsync(string ticketId, CancellationToken ct)
    {
        var row = await db.Set<TicketRow>().AsNoTracking().FirstOrDefaultAsync(t => t.Id == ticketId, ct);
        return row is null ? null : (await SummariesAsync([row], ct))[0];
    }

    public async Task<TicketView?> ViewAsync(string ticketId, CancellationToken ct)
    {
        var row = await db.Set<TicketRow>().AsNoTracking().FirstOrDefaultAsync(t => t.Id == ticketId, ct);
        if (row is null)
            return null;
        var photos = await db.Set<PhotoRow>().AsNoTracking().Where(p => p.TicketId == ticketId).OrderBy(p => p.Id).ToListAsync(ct);
        return new TicketView(
            row.Id, TicketRules.FormatNumber(row.Number), row.Status, row.Subject, ticketing.MaskedName(row), ticketing.MaskedPhone(row),
            row.ProblemType, row.Platform, row.PlatformOrderId, Ticketing.OrderLines(row), row.Notes, row.NotesVersion,
            row.OpenedAt, row.UpdatedAt, row.ClosedAt, row.ClosingReason,
            await calls.OfTicketAsync(ticketId, ct), photos.Select(p => p.View(personal)).ToList());
    }

    private IQueryable<TicketRow> Search(IQueryable<TicketRow> tickets, string query)
    {
        var text = query.Trim();
        if (text.Length == 0)
            return tickets;
        var folded = text.ToUpperInvariant();
        var name = personal.Index(tenant.TenantId, "name", text);
        var digits = Masking.Digits(text);
        var phone = digits.Length >= 7 ? personal.Index(tenant.TenantId, "phone", digits) : "none";
        var tail = digits.Length == 4 ? personal.Index(tenant.TenantId, "phone-tail", digits) : "none";
        var number = TicketRules.TryParseNumber(text, out var parsed) ? parsed : -1;
        return tickets.Where(t => t.Number == number || t.SubjectFolded.Contains(folded) || t.PlatformOrderIdFolded.Contains(folded)
            || t.BuyerNameIndex == name || t.BuyerPhoneIndex == phone || t.BuyerPhoneTailIndex == tail);
    }

    private async Task<List<TicketSummary>> SummariesAsync(List<TicketRow> rows, CancellationToken ct)
    {
        var ids = rows.Select(r => r.Id).ToList();
        var active = await db.Set<CallRow>().AsNoTracking().Where(c => ids.Contains(c.TicketId) && c.Phase != CallPhase.Ended)
            .ToDictionaryAsync(c => c.TicketId, c => c.Id, StringComparer.Ordinal, ct);
        var recorded = await db.Set<RecordingRow>().AsNoTracking()
            .Where(r => ids.Contains(r.TicketId) && (r.State == RecordingState.Ready || r.State == RecordingState.Partial))
            .GroupBy(r => r.TicketId).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, StringComparer.Ordinal, ct);
        return rows.Select(row => new TicketSummary(
            row.Id, TicketRules.FormatNumber(row.Number), row.Status, row.Subject, ticketing.MaskedName(row), row.ProblemType, row.Platform,
            row.OpenedAt, row.UpdatedAt, active.GetValueOrDefault(row.Id), recorded.GetValueOrDefault(row.Id))).ToList();
    }
}
