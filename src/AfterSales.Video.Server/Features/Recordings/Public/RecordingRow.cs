using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AfterSales.Video.Server.Features.Recordings.Public;

internal enum RecordingState
{
    Recording,
    Muxing,
    Ready,
    Partial,
    Empty,
    Failed,
}

internal sealed class RecordingRow : ITenantRow
{
    public required string Id { get; init; }
    public required string TenantId { get; init; }
    public required string TicketId { get; init; }
    public required string CallId { get; init; }
    public required RecordingState State { get; set; }
    public required string Reason { get; set; }
    public required DateTimeOffset StartedAt { get; init; }
    public long DurationMs { get; set; }
    public string? JournalPath { get; set; }
    public required string GapsJson { get; set; }
    public int Version { get; set; }
}

internal sealed class RecordingFileRow : ITenantRow
{
    public required string RecordingId { get; init; }
    public required string Name { get; init; }
    public required string TenantId { get; init; }
    public required string Purpose { get; init; }
    public required string ContentType { get; init; }
    public required long Length { get; init; }
    public required string Sha256 { get; init; }
}

internal sealed class RecordingRowConfiguration : IEntityTypeConfiguration<RecordingRow>, IEntityTypeConfiguration<RecordingFileRow>
{
    public void Configure(EntityTypeBuilder<RecordingRow> builder)
    {
        builder.ToTable("recordings");
        builder.HasKey(r => r.Id);
        builder.Property(r => r.State).HasConversion(state => Words.Of(state), word => Words.Parse<RecordingState>(word));
        builder.Property(r => r.Version).IsConcurrencyToken();
    }

    public void Configure(EntityTypeBuilder<RecordingFileRow> builder)
    {
        builder.ToTable("recording_files");
        builder.HasKey(f => new { f.RecordingId, f.Name });
    }
}
