using System.Text.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>A call has one recording, and one more each time it went on after the server had crashed: oldest first.</summary>
internal sealed class RecordingViews(HubDbContext db)
{
    public async Task<IReadOnlyList<RecordingView>> OfCallAsync(string callId, CancellationToken ct) =>
        [.. (await ViewsAsync(db.Set<RecordingRow>().Where(r => r.CallId == callId), ct))[callId]];

    /// <summary>By call id.</summary>
    public Task<ILookup<string, RecordingView>> OfTicketAsync(string ticketId, CancellationToken ct) =>
        ViewsAsync(db.Set<RecordingRow>().Where(r => r.TicketId == ticketId), ct);

    private async Task<ILookup<string, RecordingView>> ViewsAsync(IQueryable<RecordingRow> wanted, CancellationToken ct)
    {
        var rows = await wanted.AsNoTracking().OrderBy(r => r.StartedAt).ThenBy(r => r.Id).ToListAsync(ct);
        var ids = rows.Select(r => r.Id).ToList();
        var files = await db.Set<RecordingFileRow>().AsNoTracking().Where(f => ids.Contains(f.RecordingId)).ToListAsync(ct);
        return rows.ToLookup(r => r.CallId, r => View(r, files.Where(f => f.RecordingId == r.Id)), StringComparer.Ordinal);
    }

    /// <summary>Path on this server.</summary>
    public static string FileUrl(string recordingId, string name) => $"/api/recordings/{recordingId}/files/{name}";

    public static RecordingFileView FileView(string recordingId, RecordingFileRow file) =>
        new(file.Name, file.Purpose, file.ContentType, file.Length, file.Sha256, FileUrl(recordingId, file.Name));

    private static RecordingView View(RecordingRow row, IEnumerable<RecordingFileRow> files) => new(
        row.Id, Words.Of(row.State), row.Reason, row.DurationMs / 1000.0, row.StartedAt,
        files.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => FileView(row.Id, f)).ToList(),
        JsonSerializer.Deserialize<List<GapView>>(row.GapsJson, JsonSerializerOptions.Web) ?? []);
}
