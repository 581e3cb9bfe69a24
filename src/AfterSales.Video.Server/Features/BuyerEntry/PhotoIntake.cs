using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Signalling.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.BuyerEntry;

/// <summary>Takes a photo from a buyer: kind by its bytes, name generated, stored once under the call.</summary>
internal sealed class PhotoIntake(HubDbContext db, CallStore calls, IEvidenceStore store, RecordingKeys keys, PersonalDataProtector personal, DeskNotifier desk, TimeProvider time)
{
    public const long MaxBytes = 10 * 1024 * 1024;
    public const int MaxPerCall = 20;
    public const int MaxNoteLength = 500;

    public async Task<(PhotoReceipt? Receipt, string? Refusal)> TakeAsync(string callId, IFormFile file, string note, CancellationToken ct)
    {
        var call = await calls.FindAsync(callId, ct);
        if (call is null)
            return (null, ProblemCodes.LinkNotValid);
        var count = await db.Set<PhotoRow>().CountAsync(p => p.CallId == callId, ct);
        if (count >= MaxPerCall)
            return (null, ProblemCodes.RequestTooLarge);
        await using var content = file.OpenReadStream();
        if (await KindAsync(content, ct) is not var (contentType, extension))
            return (null, ProblemCodes.PhotoNotAccepted);
        var row = await StoreAsync(call, content, contentType, extension, note, ct);
        await desk.PhotoReceivedAsync(row.TenantId, row.TicketId, row.View(personal));
        return (new PhotoReceipt(row.Id, row.Sha256, count + 1), null);
    }

    private static async Task<(string ContentType, string Extension)?> KindAsync(Stream content, CancellationToken ct)
    {
        var header = new byte[PhotoKinds.HeaderLength];
        var read = await content.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, ct);
        content.Position = 0;
        return PhotoKinds.Detect(header.AsSpan(0, read));
    }

    private async Task<PhotoRow> StoreAsync(CallRow call, Stream content, string contentType, string extension, string note, CancellationToken ct)
    {
        var id = Ids.New(time);
        var name = $"photo-{id}.{extension}";
        var tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["ticket"] = call.TicketId, ["call"] = call.Id, ["purpose"] = "photo" };
        var folder = PhotoRow.FolderOf(call.Id);
        await keys.EnsureAsync(call.TenantId, folder, ct);
        var stored = await store.PutAsync(EvidenceKey.Create(call.TenantId, folder, name), content, new EvidenceMetadata(contentType, tags), ct);
        var row = new PhotoRow
        {
            Id = id,
            TenantId = call.TenantId,
            TicketId = call.TicketId,
            CallId = call.Id,
            EvidenceName = name,
            ContentType = contentType,
            Length = stored.Length,
            Sha256 = stored.Sha256,
            NoteProtected = personal.Protect(note),
            ReceivedAt = time.GetUtcNow(),
        };
        db.Add(row);
        await db.SaveChangesAsync(ct);
        return row;
    }
}
