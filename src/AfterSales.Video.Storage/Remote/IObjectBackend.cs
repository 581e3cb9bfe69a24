namespace AfterSales.Video.Storage.Remote;

/// <summary>
/// The few requests that differ between object stores. Each is one attempt, safe to repeat; <see cref="RemoteEvidenceStore"/> does the rest. Names are whole,
/// with the prefix. Failures are the client's own exceptions; <see cref="IsTransient"/> and <see cref="Explain"/> read them.
/// </summary>
internal interface IObjectBackend : IDisposable
{
    /// <summary>Null when there is no such object.</summary>
    Task<RemoteObject?> HeadAsync(string name, CancellationToken ct);

    /// <summary>Writes a whole object of at most one part.</summary>
    /// <returns>False when the store refused because the name is taken.</returns>
    Task<bool> PutAsync(string name, ReadOnlyMemory<byte> content, RemoteAttributes attributes, CancellationToken ct);

    /// <summary>Begins an object of several parts.</summary>
    Task<IPartUpload> BeginPartsAsync(string name, RemoteAttributes attributes, CancellationToken ct);

    /// <summary>Opens a range of that very version.</summary>
    Task<Stream> OpenRangeAsync(RemoteObject remote, long from, int length, CancellationToken ct);

    /// <summary>Names with a prefix, in order, from one page; the next page's token is null at the end.</summary>
    Task<(IReadOnlyList<string> Names, string? Next)> ListAsync(string prefix, string? page, CancellationToken ct);

    /// <summary>Deletes that version.</summary>
    Task DeleteAsync(RemoteObject remote, CancellationToken ct);

    Task<bool> SetLegalHoldAsync(RemoteObject remote, bool held, CancellationToken ct);

    Task<bool> RetainUntilAsync(RemoteObject remote, DateTimeOffset until, CancellationToken ct);

    /// <summary>Finds out what the store does; remembers what it needs for writing.</summary>
    Task<StoreCapabilities> ProbeAsync(string name, RequestRetry retry, CancellationToken ct);

    bool IsTransient(Exception e);

    /// <summary>Null when the exception is not the client's. The reason is one of EvidenceStoreException's.</summary>
    (string Reason, string Message)? Explain(Exception e);
}

/// <summary>Sends the parts of one object and makes them one.</summary>
internal interface IPartUpload
{
    /// <param name="number">From 1.</param>
    Task<bool> SendAsync(int number, ReadOnlyMemory<byte> content, CancellationToken ct);

    /// <returns>False when the store refused because the name is taken.</returns>
    Task<bool> CompleteAsync(CancellationToken ct);

    Task AbortAsync(CancellationToken ct);
}

/// <param name="Version">Version id; null where the store has none.</param>
/// <param name="Sha256">As its writer stated it; empty when it was not written by the hub.</param>
/// <param name="WriteId">Tells one's own write from another's.</param>
internal sealed record RemoteObject(
    string Name, long Length, string ETag, string? Version, string ContentType, string Sha256, string WriteId, DateTimeOffset WrittenAt, bool Held);

internal sealed record RemoteAttributes(string ContentType, IReadOnlyDictionary<string, string> Tags, string Sha256, string WriteId, DateTimeOffset WrittenAt)
{
    private const string Sha256Name = "sha256";
    private const string WriteIdName = "writeid";
    private const string WrittenAtName = "writtenat";

    /// <summary>User metadata: names that every store takes.</summary>
    public Dictionary<string, string> ToMetadata() => new(StringComparer.Ordinal)
    {
        [Sha256Name] = Sha256,
        [WriteIdName] = WriteId,
        [WrittenAtName] = WrittenAt.ToUnixTimeMilliseconds().ToString(),
    };

    /// <param name="find">Null for a name that is not there.</param>
    public static (string Sha256, string WriteId, DateTimeOffset WrittenAt) Read(Func<string, string?> find, DateTimeOffset modifiedAt) => (
        find(Sha256Name) ?? "",
        find(WriteIdName) ?? "",
        long.TryParse(find(WrittenAtName), out var ms) && ms is >= 0 and < 253_402_300_800_000 ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : modifiedAt);
}
