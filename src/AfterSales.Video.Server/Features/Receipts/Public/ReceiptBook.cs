using System.Text.Json.Nodes;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AfterSales.Video.Server.Features.Receipts.Public;

/// <summary>Gives each ended recording one signed receipt: what was recorded and where its chain ended, without anything that was said.</summary>
internal sealed class ReceiptBook(HubDbContext db, IEvidenceSigner signer, CustodyLog custody, TimeProvider time)
{
    public Task<ReceiptRow?> OfRecordingAsync(string recordingId, CancellationToken ct) =>
        db.Set<ReceiptRow>().AsNoTracking().FirstOrDefaultAsync(r => r.RecordingId == recordingId, ct);

    /// <summary>The latest of the call; null while its journal is open or when it was never recorded.</summary>
    public Task<ReceiptRow?> OfCallAsync(string callId, CancellationToken ct) =>
        db.Set<ReceiptRow>().AsNoTracking().Where(r => r.CallId == callId).OrderByDescending(r => r.IssuedAt).FirstOrDefaultAsync(ct);

    /// <summary>Signs the receipt; the one there is when it was issued before.</summary>
    public async Task<ReceiptRow> IssueAsync(RecordingRow recording, ReceiptHead head, bool complete, CancellationToken ct)
    {
        if (await OfRecordingAsync(recording.Id, ct) is { } known)
            return known;
        var row = Sign(recording, head, complete);
        db.Add(row);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            db.Entry(row).State = EntityState.Detached;
            if (await OfRecordingAsync(recording.Id, ct) is { } first)
                return first;
            throw;
        }

        var detail = new JsonObject { ["code"] = row.Code, ["callId"] = recording.CallId, ["head"] = head.HeadHex };
        await custody.AppendAsync(recording.TenantId, CustodyKind.ReceiptIssued, CustodyActor.System, recording.Id, detail, ct);
        return row;
    }

    private ReceiptRow Sign(RecordingRow recording, ReceiptHead head, bool complete)
    {
        var now = time.GetUtcNow();
        var receipt = new Receipt(
            ReceiptCode.Create(), recording.Id, recording.CallId, recording.StartedAt, head.DurationMs, head.Blocks,
            new ReceiptCheckpoint(head.Part, head.Seq, head.HeadHex, head.At), complete, now);
        return new ReceiptRow
        {
            Code = receipt.ReceiptCode,
            TenantId = recording.TenantId,
            RecordingId = recording.Id,
            CallId = recording.CallId,
            Envelope = SignedText.Of(SignedDocuments.Receipt.Sign(receipt, signer)),
            IssuedAt = now,
        };
    }
}

/// <summary>Where the journal stood when the receipt was written.</summary>
internal sealed record ReceiptHead(int Part, long Seq, string HeadHex, DateTimeOffset At, long Blocks, long DurationMs)
{
    public static ReceiptHead Of(JournalMap journal, long blocks, long durationMs) =>
        new(journal.Last.Number, journal.Last.LastSeq, journal.Last.HeadHex, journal.Last.At, blocks, durationMs);
}

internal sealed class ReceiptRow : ITenantRow
{
    public required string Code { get; init; }
    public required string TenantId { get; init; }
    public required string RecordingId { get; init; }
    public required string CallId { get; init; }

    /// <summary>DSSE envelope as JSON text.</summary>
    public required string Envelope { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
}

internal sealed class ReceiptRowConfiguration : IEntityTypeConfiguration<ReceiptRow>
{
    public void Configure(EntityTypeBuilder<ReceiptRow> builder)
    {
        builder.ToTable("receipts");
        builder.HasKey(r => r.Code);
    }
}
