using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AfterSales.Video.Server.Features.Retention.Public;

/// <summary>A recording that must be kept, whatever the policy says.</summary>
internal sealed class HoldRow : ITenantRow
{
    public required string Id { get; init; }
    public required string TenantId { get; init; }
    public required string RecordingId { get; init; }

    /// <summary>Free text of a person, so it is protected like one.</summary>
    public required string ReasonProtected { get; init; }
    public required string SetById { get; init; }
    public required string SetByName { get; init; }
    public required DateTimeOffset SetAt { get; init; }
    public string? ReleasedById { get; set; }
    public DateTimeOffset? ReleasedAt { get; set; }
}

internal sealed class RetentionPolicyRow : ITenantRow
{
    public required string TenantId { get; init; }
    public required int MediaDaysAfterClose { get; set; }
    public required int DisputeMediaDays { get; set; }
    public required int RecordsDays { get; set; }
    public int Version { get; set; }
}

/// <summary>What is left of an erased recording, signed.</summary>
internal sealed class TombstoneRow : ITenantRow
{
    public required string RecordingId { get; init; }
    public required string TenantId { get; init; }
    public required string Envelope { get; init; }
    public required DateTimeOffset ErasedAt { get; init; }
}

internal sealed class RetentionRowConfiguration
    : IEntityTypeConfiguration<HoldRow>, IEntityTypeConfiguration<RetentionPolicyRow>, IEntityTypeConfiguration<TombstoneRow>
{
    public void Configure(EntityTypeBuilder<HoldRow> builder)
    {
        builder.ToTable("holds");
        builder.HasKey(h => h.Id);
    }

    public void Configure(EntityTypeBuilder<RetentionPolicyRow> builder)
    {
        builder.ToTable("retention_policies");
        builder.HasKey(p => p.TenantId);
        builder.Property(p => p.Version).IsConcurrencyToken();
    }

    public void Configure(EntityTypeBuilder<TombstoneRow> builder)
    {
        builder.ToTable("tombstones");
        builder.HasKey(t => t.RecordingId);
    }
}
