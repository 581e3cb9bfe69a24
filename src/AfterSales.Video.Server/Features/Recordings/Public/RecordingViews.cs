using System.Text.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Recordings.Public;

internal sealed class RecordingViews(HubDbContext db)
{
    public async Task<RecordingView?> OfCallAsync(string callId, CancellationToken ct)
    {
        var row = await db.Set<RecordingRow>().AsNoTracking().FirstOrDefaultAsync(r => r.CallId == callId, ct);
        if (row is null)
            return null;
        return View(row, await db.Set<RecordingFileRow>().AsNoTracking().Where(f => f.RecordingId == row.Id).ToListAsync(ct));
    }

    /// <summary>By call id.</summary>
    public async Task<IReadOnlyDictionary<string, RecordingView>> OfTicketAsync(string ticketId, CancellationToken ct)
    {
        var rows = await db.Set<RecordingRow>().AsNoTracking().Where(r => r.TicketId == ticketId).ToListAsync(ct);
        var ids = rows.Select(r => r.Id).ToList();
        var files = await db.Set<RecordingFileRow>().AsNoTracking().Where(f => ids.Contains(f.RecordingId)).ToListAsync(ct);
        return rows.ToDictionary(r => r.CallId, r => View(r, files.Where(f => f.RecordingId == r.Id)), StringComparer.Ordinal);
    }

    private static RecordingView View(RecordingRow row, IEnumerable<RecordingFileRow> files) => new(
        row.Id, Words.Of(row.State), row.Reason, row.DurationMs / 1000.0, row.StartedAt,
        files.OrderBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => new RecordingFileView(f.Name, f.Purpose, f.ContentType, f.Length, f.Sha256, $"/api/recordings/{row.Id}/files/{f.Name}")).ToList(),
        JsonSerializer.Deserialize<List<GapView>>(row.GapsJson, JsonSerializerOptions.Web) ?? []);
}
