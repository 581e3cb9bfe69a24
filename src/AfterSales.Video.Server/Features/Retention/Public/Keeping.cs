using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Retention.Public;

/// <summary>How long recordings of the scope's tenant are kept, and why.</summary>
internal sealed class Keeping(HubDbContext db, PersonalDataProtector personal, IOptions<CallOptions> calls)
{
    /// <summary>Limitation of most claims; a dispute and the records outlast the media.</summary>
    private const int ThreeYears = 1095;

    public async Task<RetentionPolicy> PolicyAsync(CancellationToken ct) =>
        await db.Set<RetentionPolicyRow>().AsNoTracking().FirstOrDefaultAsync(ct) is { } row
            ? new RetentionPolicy(row.MediaDaysAfterClose, row.DisputeMediaDays, row.RecordsDays)
            : new RetentionPolicy(calls.Value.RetentionDays, ThreeYears, Math.Max(ThreeYears, calls.Value.RetentionDays));

    /// <summary>Holds in force, oldest first.</summary>
    public async Task<IReadOnlyList<HoldView>> HoldsAsync(string recordingId, CancellationToken ct)
    {
        var rows = await db.Set<HoldRow>().AsNoTracking().Where(h => h.RecordingId == recordingId && h.ReleasedAt == null).OrderBy(h => h.Id).ToListAsync(ct);
        return rows.Select(View).ToList();
    }

    public HoldView View(HoldRow row) => new(row.Id, personal.Unprotect(row.ReasonProtected), row.SetByName, row.SetAt);

    /// <summary>When the media goes and by which rule; holds must be asked for apart.</summary>
    public static (DateTimeOffset? Until, string Reason) Rule(RecordingRow recording, TicketRow ticket, RetentionPolicy policy)
    {
        if (recording.State == RecordingState.Erased)
            return (null, "erased");
        if (ticket.ClosedAt is not { } closed)
            return (null, "ticket_open");
        return ticket.DisputedAt is null
            ? (closed.AddDays(policy.MediaDaysAfterClose), "after_close")
            : (closed.AddDays(Math.Max(policy.MediaDaysAfterClose, policy.DisputeMediaDays)), "dispute");
    }
}
