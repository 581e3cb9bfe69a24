using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AfterSales.Video.Server.Features.BuyerEntry.Public;

internal sealed class PhotoRow : ITenantRow
{
    public required string Id { get; init; }
    public required string TenantId { get; init; }
    public required string TicketId { get; init; }
    public required string CallId { get; init; }
    public required string EvidenceName { get; init; }
    public required string ContentType { get; init; }
    public required long Length { get; init; }
    public required string Sha256 { get; init; }
    public required string NoteProtected { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The middle part of the evidence key.</summary>
    public string EvidenceFolder => FolderOf(CallId);

    /// <summary>Where the photos of a call lie; also names their data key.</summary>
    public static string FolderOf(string callId) => $"photos-{callId}";

    public PhotoView View(PersonalDataProtector personal) =>
        new(Id, ContentType, Length, Sha256, ReceivedAt, personal.Unprotect(NoteProtected));
}

internal sealed class PhotoRowConfiguration : IEntityTypeConfiguration<PhotoRow>
{
    public void Configure(EntityTypeBuilder<PhotoRow> builder)
    {
        builder.ToTable("photos");
        builder.HasKey(p => p.Id);
        builder.Ignore(p => p.EvidenceFolder);
    }
}
