using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AfterSales.Video.Server.Features.Tickets.Public;

internal sealed class TicketRow : ITenantRow
{
    public required string Id { get; init; }
    public required string TenantId { get; init; }
    public required long Number { get; init; }
    public required string Status { get; set; }
    public required string Subject { get; init; }
    public required string SubjectFolded { get; init; }
    public required string BuyerNameProtected { get; init; }
    public required string BuyerPhoneProtected { get; init; }
    public required string BuyerNameIndex { get; init; }
    public required string BuyerPhoneIndex { get; init; }
    public required string BuyerPhoneTailIndex { get; init; }
    public required string ProblemType { get; init; }
    public required string Platform { get; init; }
    public required string PlatformOrderId { get; init; }
    public required string PlatformOrderIdFolded { get; init; }
    public required string OrderLinesJson { get; init; }
    public required string Notes { get; set; }
    public required int NotesVersion { get; set; }
    public required DateTimeOffset OpenedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; set; }
    public DateTimeOffset? ClosedAt { get; set; }
    public string? ClosingReason { get; set; }

    /// <summary>Since when there is a dispute about the order: its recordings are kept longer.</summary>
    public DateTimeOffset? DisputedAt { get; set; }
    public int Version { get; set; }

    public bool IsOpen => Status == "open";
}

internal sealed class TicketRowConfiguration : IEntityTypeConfiguration<TicketRow>
{
    public void Configure(EntityTypeBuilder<TicketRow> builder)
    {
        builder.ToTable("tickets");
        builder.HasKey(t => t.Id);
        builder.Ignore(t => t.IsOpen);
        builder.Property(t => t.Version).IsConcurrencyToken();
    }
}
