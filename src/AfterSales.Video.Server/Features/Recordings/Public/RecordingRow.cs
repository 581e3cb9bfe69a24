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
    Erased,
}

/// <summary>What is known of a recording's integrity.</summary>
internal static class Integrity
{
    /// <summary>No manifest yet.</summary>
    public const string Pending = "pending";
    public const string Sealed = "sealed";

    /// <summary>Sealed, but the recorder was interrupted: what is lost at most is stated.</summary>
    public const string Recovered = "recovered";
    public const string Erased = "erased";
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

    /// <summary>Relative to the data folder, which may be moved between runs.</summary>
    public string? JournalPath { get; set; }
    public required string GapsJson { get; set; }
    public string Integrity { get; set; } = Public.Integrity.Pending;
    public long Blocks { get; set; }

    /// <summary>Head of the hash chain of the whole journal, lower-case hex; empty while it runs.</summary>
    public string HeadHex { get; set; } = "";
    public string EndReason { get; set; } = "";

    /// <summary>The recorder was interrupted and the journal closed by recovery.</summary>
    public bool Recovered { get; set; }
    public long LossMs { get; set; }

    /// <summary>Wall clock of playback time 0.</summary>
    public DateTimeOffset? OriginAt { get; set; }
    public DateTimeOffset? SealedAt { get; set; }
    public string? SigningKeyId { get; set; }

    /// <summary>Its object in the store.</summary>
    public string? ManifestName { get; set; }

    /// <summary>"none", "queued", "making", "ready", "failed".</summary>
    public string CourtState { get; set; } = "none";
    public string CourtReason { get; set; } = "";
    public DateTimeOffset? ErasedAt { get; set; }
    public string ErasedByRole { get; set; } = "";
    public string ErasedById { get; set; } = "";

    /// <summary>Hex of the data key's id: names the key after it is gone.</summary>
    public string DataKeyId { get; set; } = "";
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

    /// <summary>Names of its parents ("journal" for the journal), separated by commas.</summary>
    public string DerivedFrom { get; init; } = "";

    /// <summary>With what it was made; empty when it was only copied.</summary>
    public string Provenance { get; init; } = "";
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
