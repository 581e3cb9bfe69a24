using System.Security.Claims;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Review;

/// <summary>Reviewers, supervisors and administrators see every recording of their tenant; agents those of tickets they held a call for.</summary>
internal sealed class ReviewAccess(HubDbContext db)
{
    public static bool SeesAll(ClaimsPrincipal user) => Staff.HasRole(user, Staff.ReviewRoles);

    public IQueryable<RecordingRow> Visible(ClaimsPrincipal user)
    {
        var all = db.Set<RecordingRow>().AsNoTracking();
        if (SeesAll(user))
            return all;
        var agentId = Staff.Id(user);
        return all.Where(r => db.Set<CallRow>().Any(c => c.TicketId == r.TicketId && c.AgentId == agentId));
    }

    /// <summary>Null when there is no such recording for this person: the same answer for none and for a foreign one.</summary>
    public Task<RecordingRow?> FindAsync(ClaimsPrincipal user, string recordingId, CancellationToken ct) =>
        Visible(user).FirstOrDefaultAsync(r => r.Id == recordingId, ct);

    /// <summary>The row, or the refusal: unknown, or erased.</summary>
    public async Task<(RecordingRow? Row, string? Refusal)> ReadableAsync(ClaimsPrincipal user, string recordingId, CancellationToken ct) =>
        await FindAsync(user, recordingId, ct) switch
        {
            null => (null, ProblemCodes.RecordingNotFound),
            { State: RecordingState.Erased } => (null, ProblemCodes.RecordingErased),
            var row => (row, null),
        };
}
