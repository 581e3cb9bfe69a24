using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using AfterSales.Video.Evidence;

namespace AfterSales.Video.Storage.Remote;

/// <summary>
/// Evidence objects in an object store. An object is written once: the store is told so (If-None-Match: *) where it listens, and this process takes one
/// writer of a name at a time. Every write carries an id, so that a reply that got lost is told from another's write. Then the object is read back and compared.
/// </summary>
public sealed class RemoteEvidenceStore : IEvidenceStore, IProtectingStore, IDisposable
{
    private const string ProbeName = ".probe-";
    private readonly SemaphoreSlim[] _writers = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];
    private readonly SemaphoreSlim _probing = new(1, 1);
    private readonly IObjectBackend _backend;
    private readonly RemoteStoreSettings _settings;
    private readonly RequestRetry _retry;
    private readonly TimeProvider _time;
    private readonly string _prefix;
    private StoreCapabilities? _capabilities;

    internal RemoteEvidenceStore(IObjectBackend backend, RemoteStoreSettings settings, TimeProvider time)
    {
        (_backend, _settings, _time) = (backend, settings, time);
        _retry = new RequestRetry(settings, time, e => e is IOException or HttpRequestException || backend.IsTransient(e));
        _prefix = settings.Prefix.Length > 0 ? settings.Prefix + "/" : "";
    }

    public void Dispose()
    {
        _backend.Dispose();
        _probing.Dispose();
        Array.ForEach(_writers, w => w.Dispose());
    }

    /// <inheritdoc/>
    public async Task<StoreCapabilities> ProbeAsync(CancellationToken ct)
    {
        if (_capabilities is { } known)
            return known;
        await _probing.WaitAsync(ct);
        try
        {
            var name = $"{_prefix}{ProbeName}{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
            return _capabilities ??= await ExplainedAsync("the store", () => _backend.ProbeAsync(name, _retry, ct));
        }
        finally
        {
            _probing.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<StoredObject> PutAsync(EvidenceKey key, Stream content, EvidenceMetadata metadata, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(content);
        PortableTags.Check(metadata);
        var name = NameOf(key);
        await ProbeAsync(ct);
        return await ExplainedAsync(key.ToString(), async () =>
        {
            await using var spool = await SpooledContent.ReadAsync(content, _settings.SpoolFolder, ct);
            var now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
            var attributes = new RemoteAttributes(metadata.ContentType, metadata.Tags, spool.Sha256, RandomNumberGenerator.GetHexString(32, lowercase: true), now);
            var writer = _writers[(uint)string.GetHashCode(name, StringComparison.Ordinal) % _writers.Length];
            await writer.WaitAsync(ct);
            try
            {
                await WriteOnceAsync(key, spool, attributes, ct);
            }
            finally
            {
                writer.Release();
            }

            return new StoredObject(key, spool.Length, spool.Sha256, metadata.ContentType, now);
        });
    }

    /// <inheritdoc/>
    public Task<StoredObject?> StatAsync(EvidenceKey key, CancellationToken ct) => ExplainedAsync(key.ToString(), async () =>
        await HeadAsync(key, ct) is { } remote ? Describe(key, remote) : null);

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(EvidenceKey key, CancellationToken ct) => ExplainedAsync<Stream?>(key.ToString(), async () =>
        await HeadAsync(key, ct) is { } remote ? Open(key, remote) : null);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string tenantId, string recordingId, [EnumeratorCancellation] CancellationToken ct)
    {
        if (!EvidenceKey.TryCreate(tenantId, recordingId, "x", out var any))
            yield break;
        var folder = NameOf(any)[..^1];
        string? page = null;
        do
        {
            var from = page;
            (var names, page) = await ExplainedAsync(folder, () => _retry.RunAsync(t => _backend.ListAsync(folder, from, t), ct));
            foreach (var name in names)
            {
                // Anything else under this prefix was not put here by the hub.
                if (EvidenceKey.TryCreate(tenantId, recordingId, name[folder.Length..], out var key) && await StatAsync(key, ct) is { } stored)
                    yield return stored;
            }
        }
        while (page is not null);
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(EvidenceKey key, CancellationToken ct) => ExplainedAsync(key.ToString(), async () =>
    {
        if (await HeadAsync(key, ct) is not { } remote)
            return false;
        if (remote.Held)
            throw new EvidenceStoreException("held", $"{key} is under a legal hold or retention in the store and was not deleted.");
        await _retry.RunAsync(t => _backend.DeleteAsync(remote, t), ct);
        return true;
    });

    /// <inheritdoc/>
    public Task<bool> SetLegalHoldAsync(EvidenceKey key, bool held, CancellationToken ct) => ExplainedAsync(key.ToString(), async () =>
        (await ProbeAsync(ct)).LegalHold && await HeadAsync(key, ct) is { } remote
        && await _retry.RunAsync(t => _backend.SetLegalHoldAsync(remote, held, t), ct));

    /// <inheritdoc/>
    public Task<bool> RetainUntilAsync(EvidenceKey key, DateTimeOffset until, CancellationToken ct) => ExplainedAsync(key.ToString(), async () =>
        (await ProbeAsync(ct)).Retention && await HeadAsync(key, ct) is { } remote
        && await _retry.RunAsync(t => _backend.RetainUntilAsync(remote, until, t), ct));

    private async Task WriteOnceAsync(EvidenceKey key, SpooledContent spool, RemoteAttributes attributes, CancellationToken ct)
    {
        if (await HeadAsync(key, ct) is not null)
            throw Exists(key);
        var accepted = spool.IsOnePart
            ? await _retry.RunAsync(t => _backend.PutAsync(NameOf(key), spool.Whole, attributes, t), ct)
            : await SendPartsAsync(NameOf(key), spool, attributes, ct);
        // Refused: the name was taken meanwhile, or the reply to our own first attempt got lost. Accepted by a store that does not refuse: another may have followed.
        var remote = await HeadAsync(key, ct);
        if (remote?.WriteId != attributes.WriteId)
            throw remote is null ? new EvidenceStoreException("unavailable", $"{key} was {(accepted ? "accepted" : "refused")} and is not there.") : Exists(key);
        await VerifyAsync(key, remote, spool, ct);
    }

    private async Task<bool> SendPartsAsync(string name, SpooledContent spool, RemoteAttributes attributes, CancellationToken ct)
    {
        var upload = await _retry.RunAsync(t => _backend.BeginPartsAsync(name, attributes, t), ct);
        var accepted = false;
        try
        {
            for (var (from, number) = (0L, 1); from < spool.Length; from += spool.PartSize, number++)
            {
                var part = await spool.PartAsync(from, (int)Math.Min(spool.PartSize, spool.Length - from), ct);
                var current = number;
                await _retry.RunAsync(t => upload.SendAsync(current, part, t), ct);
            }

            return accepted = await _retry.RunAsync(upload.CompleteAsync, ct);
        }
        finally
        {
            if (!accepted)
                await DiscardAsync(upload);
        }
    }

    /// <summary>Parts left behind cost room, not truth: failing to remove them changes nothing.</summary>
    private async Task DiscardAsync(IPartUpload upload)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(_settings.RequestTimeoutSeconds), _time);
            await upload.AbortAsync(limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException || _backend.Explain(e) is not null)
        {
            // The store's own rule for unfinished uploads removes them.
        }
    }

    private async Task VerifyAsync(EvidenceKey key, RemoteObject remote, SpooledContent spool, CancellationToken ct)
    {
        await using var stream = Open(key, remote);
        var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct));
        if (remote.Length == spool.Length && digest == spool.Sha256)
            return;
        await _retry.RunAsync(t => _backend.DeleteAsync(remote, t), ct);
        throw new EvidenceStoreException("digest_mismatch", $"{key}: what the store gives back is not what was sent to it; it was removed again.");
    }

    private Task<RemoteObject?> HeadAsync(EvidenceKey key, CancellationToken ct) => _retry.RunAsync(t => _backend.HeadAsync(NameOf(key), t), ct);

    private RangedReadStream Open(EvidenceKey key, RemoteObject remote) => new(remote, (from, buffer, ct) => ExplainedAsync(key.ToString(), () => _retry.RunAsync(
        async t =>
        {
            await using var range = await _backend.OpenRangeAsync(remote, from, buffer.Length, t);
            await range.ReadExactlyAsync(buffer, t);
            return true;
        },
        ct)));

    private static StoredObject Describe(EvidenceKey key, RemoteObject remote) => new(key, remote.Length, remote.Sha256, remote.ContentType, remote.WrittenAt);

    private string NameOf(EvidenceKey key) => key == default ? throw new ArgumentException("The key is empty.", nameof(key)) : _prefix + key;

    private static EvidenceStoreException Exists(EvidenceKey key) => new("exists", $"{key} exists and is never overwritten");

    private async Task<T> ExplainedAsync<T>(string what, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (_backend.Explain(e) is { } explained)
        {
            throw new EvidenceStoreException(explained.Reason, $"{what}: {explained.Message}", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException or UnauthorizedAccessException or AggregateException)
        {
            // AggregateException: Azure's download stream repeats a broken read five times by itself and then throws all failures.
            throw new EvidenceStoreException("unavailable", $"{what}: {e.Message}", e);
        }
    }
}
