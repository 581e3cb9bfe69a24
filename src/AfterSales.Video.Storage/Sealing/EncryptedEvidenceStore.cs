using System.Runtime.CompilerServices;
using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Keys;

namespace AfterSales.Video.Storage.Sealing;

/// <summary>
/// Seals what another store keeps with the recording's data key; lengths and digests given out are the plaintext's. Destroying the key erases every sealed
/// object of the recording, wherever copies are: reading and writing then fail with reason "erased", deleting still works.
/// </summary>
/// <remarks>
/// Not sealed: journal segments (already encrypted, and checked byte for byte without a key), and what outsiders verify without one: manifests, signed envelopes,
/// timestamp replies. See <see cref="IsSealed"/>.
/// </remarks>
/// <param name="onReadInClear">Told of each reading of an object that was stored before there was sealing (<see cref="StoredObject.InClear"/>).</param>
public sealed class EncryptedEvidenceStore(IEvidenceStore inner, IRecordingKeys keys, Action<EvidenceKey>? onReadInClear = null) : IEvidenceStore, IProtectingStore
{
    /// <summary>False for <c>*.seg</c>, <c>manifest*.json</c>, <c>*.dsse.json</c> and <c>*.tsr</c>.</summary>
    public static bool IsSealed(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return !(name.EndsWith(".seg", StringComparison.Ordinal)
            || name.EndsWith(".tsr", StringComparison.Ordinal)
            || name.EndsWith(".dsse.json", StringComparison.Ordinal)
            || (name.StartsWith("manifest", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public async Task<StoredObject> PutAsync(EvidenceKey key, Stream content, EvidenceMetadata metadata, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (!IsSealed(key.Name))
            return await inner.PutAsync(key, content, metadata, ct);
        using var seal = SealedObject.Create(key, DataKeyOf(key).Span);
        await using var sealing = new SealingStream(content, seal);
        var stored = await inner.PutAsync(key, sealing, metadata, ct);
        return stored with { Length = sealing.PlainLength, Sha256 = sealing.Sha256 };
    }

    /// <summary>The digest is empty when the recording is erased.</summary>
    /// <exception cref="EvidenceStoreException">"damaged": the object was changed.</exception>
    public async Task<StoredObject?> StatAsync(EvidenceKey key, CancellationToken ct)
    {
        var stored = await inner.StatAsync(key, ct);
        return stored is null || !IsSealed(key.Name) ? stored : await DescribeAsync(stored, ct);
    }

    /// <inheritdoc/>
    /// <exception cref="EvidenceStoreException">"erased", or "damaged"; the stream throws "damaged" too, at the chunk that was changed.</exception>
    public async Task<Stream?> OpenReadAsync(EvidenceKey key, CancellationToken ct)
    {
        var stream = await inner.OpenReadAsync(key, ct);
        if (stream is null || !IsSealed(key.Name))
            return stream;
        SealedObject? seal = null;
        try
        {
            if (await IsInClearAsync(key, stream, ct))
            {
                onReadInClear?.Invoke(key);
                return stream;
            }

            seal = await OpenSealAsync(key, stream, DataKeyOf(key), ct);
            return SealedObject.TryPlainLength(stream.Length, out var length)
                ? new UnsealingStream(key, stream, seal, length)
                : throw SealedObject.Damaged(key, "no content has its length");
        }
        catch
        {
            seal?.Dispose();
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>The digest is empty where it cannot be known: the recording is erased or the object damaged.</summary>
    public async IAsyncEnumerable<StoredObject> ListAsync(string tenantId, string recordingId, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var stored in inner.ListAsync(tenantId, recordingId, ct))
        {
            if (!IsSealed(stored.Key.Name))
            {
                yield return stored;
                continue;
            }

            StoredObject described;
            try
            {
                described = await DescribeAsync(stored, ct);
            }
            catch (EvidenceStoreException e) when (e.Reason == "damaged")
            {
                // One damaged object must not hide the others.
                described = stored with { Sha256 = "" };
            }

            yield return described;
        }
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(EvidenceKey key, CancellationToken ct) => inner.DeleteAsync(key, ct);

    /// <inheritdoc/>
    public Task<StoreCapabilities> ProbeAsync(CancellationToken ct) => inner is IProtectingStore store
        ? store.ProbeAsync(ct)
        : Task.FromResult(new StoreCapabilities("unknown", "", WormState.None, WriteOnce: false, ChecksumOnWrite: "none", Tags: false, Versions: false, LegalHold: false, Retention: false));

    /// <inheritdoc/>
    public async Task<bool> SetLegalHoldAsync(EvidenceKey key, bool held, CancellationToken ct) => inner is IProtectingStore store && await store.SetLegalHoldAsync(key, held, ct);

    /// <inheritdoc/>
    public async Task<bool> RetainUntilAsync(EvidenceKey key, DateTimeOffset until, CancellationToken ct) => inner is IProtectingStore store && await store.RetainUntilAsync(key, until, ct);

    private async Task<StoredObject> DescribeAsync(StoredObject stored, CancellationToken ct)
    {
        var key = stored.Key;
        if (NeverHadKey(key) && await inner.OpenReadAsync(key, ct) is { } plain)
        {
            await using (plain)
            {
                if (await IsInClearAsync(key, plain, ct))
                    return stored with { InClear = true };
            }
        }

        if (!SealedObject.TryPlainLength(stored.Length, out var length))
            throw SealedObject.Damaged(key, "no content has its length");
        if (FindKey(key) is not { } dataKey)
            return stored with { Length = length, Sha256 = "" };
        await using var stream = await inner.OpenReadAsync(key, ct) ?? throw SealedObject.Damaged(key, "it was listed and is gone");
        using var seal = await OpenSealAsync(key, stream, dataKey, ct);
        var trailer = new byte[SealedObject.TrailerLength];
        stream.Position = Math.Max(0, stored.Length - trailer.Length);
        return await stream.ReadAtLeastAsync(trailer, trailer.Length, throwOnEndOfStream: false, ct) == trailer.Length
            && seal.TryOpenTrailer(trailer, out var sealedLength, out var digest) && sealedLength == length
            ? stored with { Length = length, Sha256 = digest }
            : throw SealedObject.Damaged(key, "its end was changed or cut");
    }

    /// <summary>Stored before there was sealing: no key was ever made for its recording, and it does not begin like a sealed object.</summary>
    private async Task<bool> IsInClearAsync(EvidenceKey key, Stream stream, CancellationToken ct)
    {
        if (!NeverHadKey(key))
            return false;
        var start = new byte[SealedObject.HeaderLength];
        var read = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, ct);
        stream.Position = 0;
        return !SealedObject.IsMarked(start.AsSpan(0, read));
    }

    private static async Task<SealedObject> OpenSealAsync(EvidenceKey key, Stream stream, ReadOnlyMemory<byte> dataKey, CancellationToken ct)
    {
        var header = new byte[SealedObject.HeaderLength];
        var read = await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, ct);
        return SealedObject.Open(key, header.AsSpan(0, read), dataKey.Span);
    }

    private ReadOnlyMemory<byte> DataKeyOf(EvidenceKey key) => FindKey(key)
        ?? throw new EvidenceStoreException("erased", $"{key}: the recording's key was destroyed, or never was. What it sealed cannot be read any more.");

    private bool NeverHadKey(EvidenceKey key) => FindKey(key) is null && !keys.EverHadKey(key.TenantId, key.RecordingId);

    /// <summary>An empty key means none as well: "null" in a conditional expression silently becomes empty memory.</summary>
    private ReadOnlyMemory<byte>? FindKey(EvidenceKey key)
    {
        var found = keys.Find(key.TenantId, key.RecordingId);
        return found is { IsEmpty: true } ? default(ReadOnlyMemory<byte>?) : found;
    }
}
