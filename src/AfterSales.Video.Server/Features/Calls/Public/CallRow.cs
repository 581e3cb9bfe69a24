using AfterSales.Video.Domain.Calls;
using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AfterSales.Video.Server.Features.Calls.Public;

internal sealed class CallRow : ITenantRow
{
    public required string Id { get; init; }
    public required string TenantId { get; init; }
    public required string TicketId { get; init; }
    public required CallPhase Phase { get; set; }
    public required BuyerStep Step { get; set; }
    public required string AgentId { get; init; }
    public required string AgentName { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public CallEndReason? EndReason { get; set; }
    public string? ConsentVersion { get; set; }
    public string? ConsentLanguage { get; set; }
    public string? ConsentTextSha256 { get; set; }
    public DateTimeOffset? ConsentAt { get; set; }
    public int? RatingStars { get; set; }
    public string? RatingComment { get; set; }
    public int Version { get; set; }

    public CallSession ToSession() => new()
    {
        Phase = Phase,
        Step = Step,
        StartedAt = StartedAt,
        EndedAt = EndedAt,
        EndReason = EndReason,
        RatingStars = RatingStars,
        RatingComment = RatingComment,
    };

    public void Take(CallSession session)
    {
        Phase = session.Phase;
        Step = session.Step;
        StartedAt = session.StartedAt;
        EndedAt = session.EndedAt;
        EndReason = session.EndReason;
        RatingStars = session.RatingStars;
        RatingComment = session.RatingComment;
        Version++;
    }
}

/// <summary>A one-time link: found by the SHA-256 of its secret, which is stored nowhere.</summary>
internal sealed class BuyerLinkRow : ITenantRow
{
    public required string TokenSha256 { get; init; }
    public required string TenantId { get; init; }
    public required string CallId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? RedeemedAt { get; set; }
    public bool Revoked { get; set; }
}

internal sealed class CallRowConfiguration : IEntityTypeConfiguration<CallRow>, IEntityTypeConfiguration<BuyerLinkRow>
{
    public void Configure(EntityTypeBuilder<CallRow> builder)
    {
        builder.ToTable("calls");
        builder.HasKey(c => c.Id);
        builder.Property(c => c.Phase).HasConversion(phase => Words.Of(phase), word => Words.Parse<CallPhase>(word));
        builder.Property(c => c.Step).HasConversion(step => Words.Of(step), word => Words.Parse<BuyerStep>(word));
        builder.Property(c => c.EndReason).HasConversion(reason => Words.Of(reason!.Value), word => Words.Parse<CallEndReason>(word));
        builder.Property(c => c.Version).IsConcurrencyToken();
    }

    public void Configure(EntityTypeBuilder<BuyerLinkRow> builder)
    {
        builder.ToTable("buyer_links");
        builder.HasKey(l => l.TokenSha256);
        // Both are inserted together: the call first.
        builder.HasOne<CallRow>().WithMany().HasForeignKey(l => l.CallId);
    }
}
