using System.Text.Json.Nodes;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Retention.Public;
using AfterSales.Video.Server.Features.Tickets.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Retention;

/// <summary>
/// The end of a ticket: when the time of its records is over too, the ticket goes with its calls, manifests, receipts and tombstones. The custody log
/// stays: it holds ids and no personal data, and is one chain.
/// </summary>
internal sealed class RecordsRemoval(HubDbContext db, StoredObjects objects, CustodyLog custody, TenantScope tenant)
{
    private const string OfRecordings = " IN (SELECT id FROM recordings WHERE tenant_id = {0} AND ticket_id = {1})";
    private const string OfCalls = " IN (SELECT id FROM calls WHERE tenant_id = {0} AND ticket_id = {1})";

    /// <summary>Whatever refers to a ticket, what is referred to last. A new table that does belongs here; forgotten, its foreign key stops the removal.</summary>
    private static readonly string[] Statements =
    [
        "DELETE FROM recording_files WHERE tenant_id = {0} AND recording_id" + OfRecordings,
        "DELETE FROM checkpoint_echoes WHERE tenant_id = {0} AND recording_id" + OfRecordings,
        "DELETE FROM checkpoints WHERE tenant_id = {0} AND recording_id" + OfRecordings,
        "DELETE FROM receipts WHERE tenant_id = {0} AND recording_id" + OfRecordings,
        "DELETE FROM timestamps WHERE tenant_id = {0} AND subject" + OfRecordings,
        "DELETE FROM holds WHERE tenant_id = {0} AND recording_id" + OfRecordings,
        "DELETE FROM tombstones WHERE tenant_id = {0} AND recording_id" + OfRecordings,
        "DELETE FROM jobs WHERE tenant_id = {0} AND subject_id" + OfRecordings,
        "DELETE FROM recording_keys WHERE tenant_id = {0} AND recording_id" + OfRecordings,
        "DELETE FROM recordings WHERE tenant_id = {0} AND ticket_id = {1}",
        "DELETE FROM recording_keys WHERE tenant_id = {0} AND recording_id IN (SELECT 'photos-' || id FROM calls WHERE tenant_id = {0} AND ticket_id = {1})",
        "DELETE FROM photos WHERE tenant_id = {0} AND ticket_id = {1}",
        "DELETE FROM buyer_sessions WHERE tenant_id = {0} AND call_id" + OfCalls,
        "DELETE FROM buyer_links WHERE tenant_id = {0} AND call_id" + OfCalls,
        "DELETE FROM first_frame_timings WHERE tenant_id = {0} AND call_id" + OfCalls,
        "DELETE FROM calls WHERE tenant_id = {0} AND ticket_id = {1}",
        "DELETE FROM tickets WHERE tenant_id = {0} AND id = {1}",
    ];

    /// <summary>How many tickets of the scope's tenant were removed. One with a hold, or with a recording that is not yet erased, stays.</summary>
    public async Task<int> RemoveAsync(RetentionPolicy policy, DateTimeOffset now, CancellationToken ct)
    {
        var closedBefore = now.AddDays(-policy.RecordsDays);
        var due = await db.Set<TicketRow>().AsNoTracking().Where(t => t.ClosedAt != null && t.ClosedAt <= closedBefore
            && !db.Set<RecordingRow>().Any(r => r.TicketId == t.Id && (!db.Set<TombstoneRow>().Any(d => d.RecordingId == r.Id)
                || db.Set<HoldRow>().Any(h => h.RecordingId == r.Id && h.ReleasedAt == null)))).Select(t => t.Id).ToListAsync(ct);
        foreach (var ticketId in due)
            await RemoveAsync(ticketId, ct);
        return due.Count;
    }

    private async Task RemoveAsync(string ticketId, CancellationToken ct)
    {
        var recordings = await db.Set<RecordingRow>().AsNoTracking().Where(r => r.TicketId == ticketId).Select(r => r.Id).ToListAsync(ct);
        var photos = await db.Set<BuyerEntry.Public.PhotoRow>().AsNoTracking().Where(p => p.TicketId == ticketId).Select(p => p.CallId).Distinct().ToListAsync(ct);
        foreach (var id in recordings)
            await custody.AppendAsync(tenant.TenantId, CustodyKind.RecordsRemoved, CustodyActor.System, id, new JsonObject { ["ticketId"] = ticketId }, ct);
        foreach (var folder in recordings.Concat(photos.Select(BuyerEntry.Public.PhotoRow.FolderOf)))
            await objects.DeleteAsync(tenant.TenantId, folder, _ => true, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        foreach (var statement in Statements)
            await db.Database.ExecuteSqlRawAsync(statement, [tenant.TenantId, ticketId], ct);
        await transaction.CommitAsync(ct);
    }
}

/// <summary>Deletes what the store lets go.</summary>
internal sealed class StoredObjects(IEvidenceStore store)
{
    /// <returns>How many are gone, and how many stay because the store forbids deletion.</returns>
    public async Task<(int Deleted, int Kept)> DeleteAsync(string tenantId, string folder, Func<string, bool> isMeant, CancellationToken ct)
    {
        var names = new List<EvidenceKey>();
        await foreach (var stored in store.ListAsync(tenantId, folder, ct))
            names.Add(stored.Key);
        var (deleted, kept) = (0, 0);
        foreach (var key in names.Where(k => isMeant(k.Name)))
        {
            try
            {
                deleted += await store.DeleteAsync(key, ct) ? 1 : 0;
            }
            catch (EvidenceStoreException refused) when (refused.Reason is "locked" or "exists")
            {
                kept++;
            }
        }

        return (deleted, kept);
    }
}
