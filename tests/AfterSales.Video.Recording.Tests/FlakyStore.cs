using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using AfterSales.Video.Evidence;

namespace AfterSales.Video.Recording.Tests;

/// <summary>A store in memory that fails as stores do. Real stores have their own tests; these are about who talks to them.</summary>
internal sealed class FlakyStore : IEvidenceStore
{
    private readonly ConcurrentDictionary<string, (byte[] Bytes, StoredObject Object)> _objects = new(StringComparer.Ordinal);
    private int _puts;

    public ConcurrentQueue<string> Written { get; } = new();
    public int Puts => Volatile.Read(ref _puts);

    /// <summary>Null: down, every call fails. Asked before each put with its number, 1 for the first.</summary>
    public Func<int, PutFault>? Fault { get; set; }
    public bool IsDown { get; set; }

    /// <summary>Goes down when this is asked for.</summary>
    public string? DownAt { get; set; }

    public byte[] Bytes(string name) => _objects.Single(o => o.Value.Object.Key.Name == name).Value.Bytes;

    public void Corrupt(string name)
    {
        var (key, value) = _objects.Single(o => o.Value.Object.Key.Name == name);
        value.Bytes[^1] ^= 1;
        _objects[key] = (value.Bytes, value.Object with { Sha256 = Digest(value.Bytes) });
    }

    public async Task<StoredObject> PutAsync(EvidenceKey key, Stream content, EvidenceMetadata metadata, CancellationToken ct)
    {
        ThrowIfDown();
        var fault = Fault?.Invoke(Interlocked.Increment(ref _puts)) ?? PutFault.None;
        if (fault == PutFault.Refused)
            throw new EvidenceStoreException("unavailable", "503 Service Unavailable");
        if (_objects.ContainsKey(key.ToString()))
            throw new EvidenceStoreException("exists", $"{key} exists.");
        using var memory = new MemoryStream();
        await content.CopyToAsync(memory, ct);
        var stored = new StoredObject(key, memory.Length, Digest(memory.ToArray()), metadata.ContentType, DateTimeOffset.UnixEpoch);
        if (fault == PutFault.AckedThenLost)
            return stored;
        _objects[key.ToString()] = (memory.ToArray(), stored);
        Written.Enqueue(key.Name);
        return fault == PutFault.ReplyLost ? throw new HttpRequestException("The response ended prematurely.") : stored;
    }

    public Task<StoredObject?> StatAsync(EvidenceKey key, CancellationToken ct)
    {
        ThrowIfDown();
        return Task.FromResult(_objects.TryGetValue(key.ToString(), out var found) ? found.Object : null);
    }

    public Task<Stream?> OpenReadAsync(EvidenceKey key, CancellationToken ct)
    {
        IsDown |= key.Name == DownAt;
        ThrowIfDown();
        return Task.FromResult<Stream?>(_objects.TryGetValue(key.ToString(), out var found) ? new MemoryStream(found.Bytes) : null);
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(string tenantId, string recordingId, [EnumeratorCancellation] CancellationToken ct)
    {
        ThrowIfDown();
        foreach (var (_, (_, item)) in _objects)
        {
            await Task.Yield();
            yield return item;
        }
    }

    public Task<bool> DeleteAsync(EvidenceKey key, CancellationToken ct) => Task.FromResult(_objects.TryRemove(key.ToString(), out _));

    private void ThrowIfDown()
    {
        if (IsDown)
            throw new HttpRequestException("Connection refused");
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

internal enum PutFault
{
    None,

    /// <summary>503.</summary>
    Refused,

    /// <summary>Said to be stored, and is not.</summary>
    AckedThenLost,

    /// <summary>Stored, and the caller hears an error.</summary>
    ReplyLost,
}
