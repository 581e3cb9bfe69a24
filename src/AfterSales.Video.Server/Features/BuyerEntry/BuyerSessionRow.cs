using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AfterSales.Video.Server.Features.BuyerEntry;

/// <summary>A browser that redeemed a link. Found by the SHA-256 of its cookie.</summary>
internal sealed class BuyerSessionRow : ITenantRow
{
    public required string SecretSha256 { get; init; }
    public required string TenantId { get; init; }
    public required string CallId { get; init; }
    public required string LinkSha256 { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
}

internal sealed class BuyerSessionRowConfiguration : IEntityTypeConfiguration<BuyerSessionRow>
{
    public void Configure(EntityTypeBuilder<BuyerSessionRow> builder)
    {
        builder.ToTable("buyer_sessions");
        builder.HasKey(s => s.SecretSha256);
    }
}
