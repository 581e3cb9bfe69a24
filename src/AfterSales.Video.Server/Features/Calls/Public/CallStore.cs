using AfterSales.Video.Domain.Calls;
using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Calls.Public;

/// <summary>Reads and changes the rows of calls in the scope's tenant; the decisions are CallSession's.</summary>
internal sealed class CallStore(HubDbContext db)
{
    private const int Attempts = 8;

    public Task<CallRow?> FindAsync(string callId, CancellationToken ct) =>
        db.Set<CallRow>().AsNoTracking().FirstOrDefaultAsync(c => c.Id == callId, ct);

    /// <summary>Applies an event; read and decided again when another change came between. Null when there is no such call.</summary>
    public Task<CallChange?> ChangeAsync(string callId, Func<CallSession, CallOutcome> change, CancellationToken ct) =>
        ChangeAsync(callId, change, static _ => { }, ct);

    /// <param name="alongside">More to write in the same transaction; runs only when the event changed something.</param>
    public async Task<CallChange?> ChangeAsync(string callId, Func<CallSession, CallOutcome> change, Action<CallRow> alongside, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            db.ChangeTracker.Clear();
            var row = await db.Set<CallRow>().FirstOrDefaultAsync(c => c.Id == callId, ct);
            if (row is null)
                return null;
            var outcome = change(row.ToSession());
            if (!outcome.Changed)
                return new CallChange(row, outcome.Error, false);
            row.Take(outcome.Session);
            alongside(row);
            try
            {
                await db.SaveChangesAsync(ct);
                return new CallChange(row, null, true);
            }
            catch (DbUpdateConcurrencyException) when (attempt < Attempts)
            {
                // Read again and decide again.
            }
        }
    }
}

internal sealed record CallChange(CallRow Row, CallError? Error, bool Changed);
