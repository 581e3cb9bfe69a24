using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AfterSales.Video.Server.Features.Jobs;

/// <summary>Work that must happen even if the process dies: the row is the truth, everything else only wakes a worker.</summary>
internal sealed class JobRow : ITenantRow
{
    public required string Id { get; init; }
    public required string TenantId { get; init; }
    public required string Kind { get; init; }
    public required string SubjectId { get; init; }

    /// <summary>"queued", "done", "dead". A running job stays queued: if its process dies, it is simply due again.</summary>
    public required string State { get; set; }
    public int Attempts { get; set; }
    public required DateTimeOffset NotBefore { get; set; }
    public required string LastError { get; set; }
    public required DateTimeOffset CreatedAt { get; set; }

    /// <summary>0 for what people wait for, 1 for derivatives that take minutes.</summary>
    public int Priority { get; init; }
}

internal sealed class JobRowConfiguration : IEntityTypeConfiguration<JobRow>
{
    public void Configure(EntityTypeBuilder<JobRow> builder)
    {
        builder.ToTable("jobs");
        builder.HasKey(j => j.Id);
    }
}
