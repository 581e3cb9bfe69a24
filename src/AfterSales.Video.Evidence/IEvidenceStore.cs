namespace AfterSales.Video.Evidence;

/// <summary>
/// Write-once storage of evidence objects under a tenant. Names are generated (see <see cref="EvidenceKey"/>), content is
/// digested while it is written and compared after; an existing object is never overwritten.
/// </summary>
public interface IEvidenceStore
{
    /// <summary>Writes the object once. Throws <see cref="EvidenceStoreException"/> with a reason otherwise.</summary>
    Task<StoredObject> PutAsync(EvidenceKey key, Stream content, EvidenceMetadata metadata, CancellationToken ct);

    /// <summary>Null when there is no such object.</summary>
    Task<StoredObject?> StatAsync(EvidenceKey key, CancellationToken ct);

    /// <summary>A seekable stream over the object; null when there is none. The caller disposes it.</summary>
    Task<Stream?> OpenReadAsync(EvidenceKey key, CancellationToken ct);

    IAsyncEnumerable<StoredObject> ListAsync(string tenantId, string recordingId, CancellationToken ct);

    /// <summary>True when something was deleted.</summary>
    Task<bool> DeleteAsync(EvidenceKey key, CancellationToken ct);
}

/// <summary>"tenant/recording/name": each part 1 to 64 of [a-z0-9-_.], no part begins with a dot. Never holds user input.</summary>
public readonly record struct EvidenceKey
{
    private EvidenceKey(string tenantId, string recordingId, string name) =>
        (TenantId, RecordingId, Name) = (tenantId, recordingId, name);

    public string TenantId { get; }
    public string RecordingId { get; }
    public string Name { get; }

    public static bool TryCreate(string tenantId, string recordingId, string name, out EvidenceKey key)
    {
        key = default;
        if (!IsPart(tenantId) || !IsPart(recordingId) || !IsPart(name))
            return false;
        key = new EvidenceKey(tenantId, recordingId, name);
        return true;
    }

    public static EvidenceKey Create(string tenantId, string recordingId, string name) =>
        TryCreate(tenantId, recordingId, name, out var key)
            ? key
            : throw new ArgumentException("An evidence key part must be 1 to 64 of [a-z0-9-_.] and not begin with a dot.", nameof(name));

    public override string ToString() => $"{TenantId}/{RecordingId}/{Name}";

    private static bool IsPart(string? part) =>
        part is { Length: >= 1 and <= 64 } && part[0] != '.'
        && part.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-' or '_' or '.');
}

/// <param name="ContentType">IANA media type.</param>
/// <param name="Tags">At most 10; portable characters only; no personal data.</param>
public sealed record EvidenceMetadata(string ContentType, IReadOnlyDictionary<string, string> Tags);

/// <param name="Sha256">Lower-case hex of the content.</param>
public sealed record StoredObject(EvidenceKey Key, long Length, string Sha256, string ContentType, DateTimeOffset WrittenAt)
{
    /// <summary>True for an object of a time before objects were sealed: read as it is, and erased only by deleting it.</summary>
    public bool InClear { get; init; }
}

/// <param name="reason">Stable: "exists", "unavailable", "digest_mismatch", "no_space", "damaged" (changed in the store), "erased" (its key was destroyed), "held" (legal hold or retention).</param>
public sealed class EvidenceStoreException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Reason { get; } = reason;
}
