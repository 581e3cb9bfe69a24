using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Recordings.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Calls.Public;

/// <summary>Calls as the desk sees them, with their recording.</summary>
internal sealed class CallViews(HubDbContext db, RecordingViews recordings)
{
    public async Task<CallView?> FindAsync(string callId, CancellationToken ct)
    {
        var row = await db.Set<CallRow>().AsNoTracking().FirstOrDefaultAsync(c => c.Id == callId, ct);
        return row is null ? null : View(row, await recordings.OfCallAsync(callId, ct));
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<CallView>> OfTicketAsync(string ticketId, CancellationToken ct)
    {
        var rows = await db.Set<CallRow>().AsNoTracking().Where(c => c.TicketId == ticketId).OrderByDescending(c => c.Id).ToListAsync(ct);
        var views = await recordings.OfTicketAsync(ticketId, ct);
        return rows.Select(row => View(row, [.. views[row.Id]])).ToList();
    }

    private static CallView View(CallRow row, IReadOnlyList<RecordingView> recorded) => new(
        row.Id, row.TicketId, Words.Of(row.Phase), Words.Of(row.Step), row.AgentName, row.CreatedAt, row.StartedAt, row.EndedAt,
        row.EndReason is { } reason ? Words.Of(reason) : null, recorded is [.., var latest] ? latest : null,
        row.RatingStars is { } stars ? new RatingView(stars, row.RatingComment ?? "") : null, recorded.SkipLast(1).ToList());
}
