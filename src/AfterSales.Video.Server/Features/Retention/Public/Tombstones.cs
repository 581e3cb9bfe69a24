using System.Security.Cryptography;
using System.Text;
using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Receipts.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using Microsoft.EntityFrameworkCore;

namespace AfterSales.Video.Server.Features.Retention.Public;

/// <summary>Says what stood where a recording was erased, when and why, signed.</summary>
internal sealed class Tombstones(HubDbContext db, IEvidenceStore store, IEvidenceSigner signer, ReceiptBook receipts, RecordingFiles files, TimeProvider time)
{
    public const string FileName = "tombstone.dsse.json";

    public Task<TombstoneRow?> FindAsync(string recordingId, CancellationToken ct) =>
        db.Set<TombstoneRow>().AsNoTracking().FirstOrDefaultAsync(t => t.RecordingId == recordingId, ct);

    /// <summary>Once; again for the same recording nothing.</summary>
    public async Task SignAsync(RecordingRow row, CancellationToken ct)
    {
        var tombstone = await FindAsync(row.Id, ct);
        if (tombstone is null)
        {
            tombstone = await SignNewAsync(row, ct);
            db.Add(tombstone);
            await db.SaveChangesAsync(ct);
        }

        var key = EvidenceKey.Create(row.TenantId, row.Id, FileName);
        if (await store.StatAsync(key, ct) is not null)
            return;
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(tombstone.Envelope));
        await store.PutAsync(key, content, new EvidenceMetadata("application/json", new Dictionary<string, string>(StringComparer.Ordinal) { ["purpose"] = "tombstone" }), ct);
    }

    private async Task<TombstoneRow> SignNewAsync(RecordingRow row, CancellationToken ct)
    {
        var (erasedAt, receipt) = (row.ErasedAt ?? time.GetUtcNow(), await receipts.OfRecordingAsync(row.Id, ct));
        var manifest = row.ManifestName is { } name ? await files.ReadAsync(row.TenantId, row.Id, name, ct) : null;
        var tombstone = new Tombstone(
            row.Id, erasedAt, row.Reason, row.ErasedByRole, row.ErasedById, row.DataKeyId, manifest is null ? null : Convert.ToHexStringLower(SHA256.HashData(manifest)), receipt?.Code);
        return new TombstoneRow
        {
            RecordingId = row.Id,
            TenantId = row.TenantId,
            Envelope = SignedText.Of(SignedDocuments.Tombstone.Sign(tombstone, signer)),
            ErasedAt = erasedAt,
        };
    }
}
