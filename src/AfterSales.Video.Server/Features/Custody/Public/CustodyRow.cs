using System.Text;
using System.Text.Json.Nodes;
using AfterSales.Video.Evidence.Custody;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AfterSales.Video.Server.Features.Custody.Public;

/// <summary>One line of a tenant's log. Written once; the database refuses changes, and the chain shows those made behind its back.</summary>
internal sealed class CustodyRow : ITenantRow
{
    public required string TenantId { get; init; }

    /// <summary>0, 1, 2… within the tenant.</summary>
    public required long EntryIndex { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Kind { get; init; }
    public required string ActorRole { get; init; }
    public required string ActorId { get; init; }
    public required string Subject { get; init; }

    /// <summary>Canonical JSON.</summary>
    public required string Detail { get; init; }
    public required string Previous { get; init; }
    public required string PreviousOfSubject { get; init; }

    /// <summary>Lower-case hex; see <see cref="CustodyEntry.Hash"/>.</summary>
    public required string Hash { get; init; }

    public static CustodyRow Of(string tenantId, CustodyEntry entry) => new()
    {
        TenantId = tenantId,
        EntryIndex = entry.Index,
        At = entry.At,
        Kind = entry.Kind,
        ActorRole = entry.ActorRole,
        ActorId = entry.ActorId,
        Subject = entry.Subject,
        Detail = entry.Detail,
        Previous = entry.Previous,
        PreviousOfSubject = entry.PreviousOfSubject,
        Hash = entry.Hash(),
    };

    public CustodyEntry ToEntry() => new(EntryIndex, At, Kind, ActorRole, ActorId, Subject, Detail, Previous, PreviousOfSubject);

    public static string Text(JsonObject detail) => Encoding.UTF8.GetString(SignedText.Canonical(detail));
}

/// <summary>The signed Merkle root of everything up to the end of a day.</summary>
internal sealed class CustodyRootRow : ITenantRow
{
    public required string TenantId { get; init; }

    /// <summary>"2026-11-22", UTC.</summary>
    public required string Day { get; init; }
    public required long TreeSize { get; init; }
    public required string RootHex { get; init; }
    public required string Envelope { get; init; }
    public required DateTimeOffset SignedAt { get; init; }
}

internal sealed class CustodyRowConfiguration : IEntityTypeConfiguration<CustodyRow>, IEntityTypeConfiguration<CustodyRootRow>
{
    public void Configure(EntityTypeBuilder<CustodyRow> builder)
    {
        builder.ToTable("custody_log");
        builder.HasKey(c => new { c.TenantId, c.EntryIndex });
    }

    public void Configure(EntityTypeBuilder<CustodyRootRow> builder)
    {
        builder.ToTable("custody_roots");
        builder.HasKey(c => new { c.TenantId, c.Day });
    }
}
