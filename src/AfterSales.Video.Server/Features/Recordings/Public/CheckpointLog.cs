using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>The signed checkpoints of recordings and who said them back.</summary>
internal sealed class CheckpointLog(HubDbContext db, TenantScope tenant, TimeProvider time)
{
    /// <summary>Oldest first.</summary>
    public Task<List<CheckpointRow>> OfRecordingAsync(string recordingId, CancellationToken ct) =>
        db.Set<CheckpointRow>().AsNoTracking().Where(c => c.RecordingId == recordingId).OrderBy(c => c.Part).ThenBy(c => c.BlockSeq).ToListAsync(ct);

    /// <summary>The envelopes the manifest lists, in its order.</summary>
    public async Task<IReadOnlyList<string>> SealedAsync(string recordingId, byte[] manifestEnvelope, CancellationToken ct)
    {
        if (!DsseEnvelope.TryParse(manifestEnvelope, out var envelope, out var problem) || !SignedDocuments.Manifest.TryRead(envelope, out var manifest, out problem))
            throw new InvalidDataException("The stored manifest is damaged: " + problem);
        var rows = (await OfRecordingAsync(recordingId, ct)).ToDictionary(c => (c.Part, c.BlockSeq), c => c.Envelope);
        return [.. manifest.Checkpoints.Where(c => rows.ContainsKey((c.Part, c.Seq))).Select(c => rows[(c.Part, c.Seq)])];
    }

    /// <summary>False when the call has no such checkpoint or it says something else. Again by the same role: nothing.</summary>
    public async Task<bool> TryEchoAsync(string callId, string role, EchoCheckpointRequest echo, CancellationToken ct)
    {
        var known = await db.Set<CheckpointRow>().AnyAsync(
            c => c.RecordingId == echo.RecordingId && c.Part == echo.Part && c.BlockSeq == echo.BlockSeq && c.HeadHex == echo.HeadHex
                && db.Set<RecordingRow>().Any(r => r.Id == c.RecordingId && r.CallId == callId), ct);
        if (!known)
            return false;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO checkpoint_echoes (recording_id, part, block_seq, role, tenant_id, at_ms)
            VALUES ({echo.RecordingId}, {echo.Part}, {echo.BlockSeq}, {role}, {tenant.TenantId}, {now})
            ON CONFLICT DO NOTHING
            """, ct);
        return true;
    }
}

internal sealed class CheckpointRow : ITenantRow
{
    public required string RecordingId { get; init; }
    public required int Part { get; init; }
    public required long BlockSeq { get; init; }
    public required string TenantId { get; init; }
    public required string HeadHex { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>DSSE envelope as JSON text.</summary>
    public required string Envelope { get; init; }
}

internal sealed class CheckpointRowConfiguration : IEntityTypeConfiguration<CheckpointRow>
{
    public void Configure(EntityTypeBuilder<CheckpointRow> builder)
    {
        builder.ToTable("checkpoints");
        builder.HasKey(c => new { c.RecordingId, c.Part, c.BlockSeq });
    }
}
