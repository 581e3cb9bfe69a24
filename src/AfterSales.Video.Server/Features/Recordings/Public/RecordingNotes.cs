using AfterSales.Video.Evidence;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Signalling.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>What people read beside a recording while something keeps its jobs waiting. Needs the recording's turn.</summary>
internal sealed class RecordingNotes(HubDbContext db, DeskNotifier desk)
{
    private const string Waiting = "Waiting: ";

    /// <summary>Behind the reason that is there, which stays.</summary>
    public Task WaitAsync(RecordingRow row, string why, CancellationToken ct)
    {
        var before = WithoutWait(row.Reason);
        return SayAsync(row, before.Length > 0 ? $"{before} {Waiting}{why}" : Waiting + why, ct);
    }

    /// <summary>Nothing else of an interrupted unit of work is saved.</summary>
    public async Task SayAsync(RecordingRow row, string reason, CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        var changed = await db.Set<RecordingRow>().Where(r => r.Id == row.Id && r.Reason != reason && r.State != RecordingState.Erased).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.Reason, reason).SetProperty(r => r.Version, r => r.Version + 1), ct);
        if (changed > 0)
            await desk.CallChangedAsync(row.TenantId, row.CallId);
    }

    public static string WithoutWait(string reason) =>
        reason.IndexOf(Waiting, StringComparison.Ordinal) is >= 0 and var from ? reason[..from].TrimEnd() : reason;
}

internal static class StoreFaults
{
    /// <summary>The store is away or full: nothing is wrong with what was to be stored, and it can be tried for as long as it takes.</summary>
    public static bool IsPassing(this EvidenceStoreException fault) => fault.Reason is "unavailable" or "no_space";
}
