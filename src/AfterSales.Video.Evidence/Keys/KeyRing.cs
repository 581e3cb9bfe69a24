using System.Security.Cryptography;
using System.Text;
using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Evidence.Keys;

/// <summary>
/// The keys of one installation in files: <c>signing/keys.json</c> (the published set), <c>signing/&lt;keyId&gt;.pem</c>, and per tenant
/// <c>wrapping/&lt;tenant&gt;/keys.txt</c> (ids, newest last) and <c>wrapping/&lt;tenant&gt;/&lt;kekId&gt;.key</c> (hex). Thread-safe; one process per folder.
/// </summary>
public sealed class KeyRing : IEvidenceSigner, IDisposable
{
    private const string PublishedFile = "signing/keys.json";
    private readonly Lock _gate = new();
    private readonly IKeyFiles _files;
    private readonly TimeProvider _time;
    private readonly Dictionary<(string Tenant, string KekId), KeyEncryptionKey> _wrapping = [];
    private SigningKey _signing = null!;

    private KeyRing(IKeyFiles files, TimeProvider time) => (_files, _time) = (files, time);

    /// <summary>Public keys, old ones included: what /.well-known/aftersales-evidence-keys.json shows.</summary>
    public EvidenceKeySet PublicKeys { get; private set; } = EvidenceKeySet.Empty;

    public string KeyId => Volatile.Read(ref _signing).KeyId;

    /// <summary>Opens the ring; the first time, makes a signing key.</summary>
    /// <exception cref="KeyRingException">A file is missing, damaged or readable by others.</exception>
    public static KeyRing Open(IKeyFiles files, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(files);
        var ring = new KeyRing(files, time);
        if (files.Read(PublishedFile) is not { } published)
        {
            ring.RotateSigningKey();
            return ring;
        }

        if (!EvidenceKeySet.TryParse(published, out var keys, out var problem))
            throw new KeyRingException($"{PublishedFile} in {files.Location} is damaged ({problem}). Restore it from a backup; without it old recordings cannot be checked.");
        ring.PublicKeys = keys;
        ring.UseCurrentSigningKey();
        return ring;
    }

    public DsseEnvelope Sign(string payloadType, ReadOnlySpan<byte> payload) => Volatile.Read(ref _signing).Sign(payloadType, payload);

    /// <summary>Makes a new signing key and retires the one in force. The old public key stays published.</summary>
    public PublishedKey RotateSigningKey()
    {
        lock (_gate)
        {
            var now = Now();
            var next = SigningKey.Create();
            _files.Write($"signing/{next.KeyId}.pem", Encoding.ASCII.GetBytes(next.ToPem() + "\n"));
            var published = new PublishedKey(next.KeyId, EvidenceKeySet.Algorithm, next.PublicKeyPem, now);
            Publish([.. PublicKeys.Keys.Select(k => k.RetiredAt is null && k.RevokedAt is null ? k with { RetiredAt = now } : k), published]);
            Volatile.Write(ref _signing, next);
            return published;
        }
    }

    /// <summary>Declares that from now on signatures of this key prove nothing. When it is the key in force, a new one is made first.</summary>
    /// <exception cref="KeyRingException">No such key.</exception>
    public void RevokeSigningKey(string keyId)
    {
        lock (_gate)
        {
            if (PublicKeys.Find(keyId) is not { } key)
                throw new KeyRingException($"There is no signing key {keyId}. Known: {string.Join(", ", PublicKeys.Keys.Select(k => k.KeyId))}.");
            if (key.RevokedAt is not null)
                return;
            if (KeyId == keyId)
                RotateSigningKey();
            Publish([.. PublicKeys.Keys.Select(k => k.KeyId == keyId ? k with { RevokedAt = Now() } : k)]);
        }
    }

    /// <summary>The tenant's key for wrapping new data keys; made the first time.</summary>
    public KeyEncryptionKey WrappingKey(string tenantId)
    {
        lock (_gate)
        {
            var ids = ReadWrappingIds(tenantId);
            return ids.Count == 0 ? RotateWrappingKey(tenantId) : FindWrappingKey(tenantId, ids[^1])!;
        }
    }

    /// <summary>A new key for new recordings. Old ones stay, for what they wrapped; wrap data keys anew to get rid of one.</summary>
    public KeyEncryptionKey RotateWrappingKey(string tenantId)
    {
        lock (_gate)
        {
            var ids = ReadWrappingIds(tenantId);
            var key = KeyEncryptionKey.Create(tenantId);
            _files.Write(WrappingFile(tenantId, key.KekId), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key.Export()) + "\n"));
            _files.Write(WrappingList(tenantId), Encoding.ASCII.GetBytes(string.Join('\n', [.. ids, key.KekId]) + "\n"));
            return _wrapping[(tenantId, key.KekId)] = key;
        }
    }

    /// <summary>Null when the ring does not hold the key.</summary>
    /// <exception cref="KeyRingException">The key's file is damaged.</exception>
    public KeyEncryptionKey? FindWrappingKey(string tenantId, string kekId)
    {
        lock (_gate)
        {
            if (_wrapping.TryGetValue((tenantId, kekId), out var known))
                return known;
            if (!ReadWrappingIds(tenantId).Contains(kekId, StringComparer.Ordinal))
                return null;
            var file = WrappingFile(tenantId, kekId);
            return _wrapping[(tenantId, kekId)] = ParseWrappingKey(tenantId, kekId, _files.Read(file) ?? throw Lost(file));
        }
    }

    public void Dispose() => _signing?.Dispose();

    private void UseCurrentSigningKey()
    {
        if (PublicKeys.Keys.LastOrDefault(k => k.RetiredAt is null && k.RevokedAt is null) is not { } current)
        {
            RotateSigningKey();
            return;
        }

        var file = $"signing/{current.KeyId}.pem";
        var pem = _files.Read(file)
            ?? throw new KeyRingException($"{file} is missing in {_files.Location}, but keys.json names it as the key in force. Restore it from a backup, or rotate the signing key.");
        try
        {
            _signing = SigningKey.FromPem(Encoding.ASCII.GetString(pem));
        }
        catch (CryptographicException e)
        {
            throw new KeyRingException($"{file} in {_files.Location} is damaged: {e.Message}. Restore it from a backup, or rotate the signing key.", e);
        }

        if (_signing.KeyId != current.KeyId)
            throw new KeyRingException($"{file} in {_files.Location} holds another key ({_signing.KeyId}). Restore the right one from a backup.");
    }

    private void Publish(IReadOnlyList<PublishedKey> keys)
    {
        if (!EvidenceKeySet.TryCreate(keys, out var set, out var problem))
            throw new KeyRingException($"The key set would be wrong: {problem}.");
        _files.Write(PublishedFile, set.ToJson());
        PublicKeys = set;
    }

    private List<string> ReadWrappingIds(string tenantId) => _files.Read(WrappingList(tenantId)) is { } list
        ? [.. Encoding.ASCII.GetString(list).Split('\n', StringSplitOptions.RemoveEmptyEntries)]
        : [];

    private KeyEncryptionKey ParseWrappingKey(string tenantId, string kekId, byte[] content)
    {
        var digits = Encoding.ASCII.GetString(content).AsSpan().Trim();
        var bytes = new byte[KeyEncryptionKey.Length];
        if (digits.Length == 2 * bytes.Length && Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            && new KeyEncryptionKey(tenantId, bytes) is var key && key.KekId == kekId)
            return key;
        throw new KeyRingException($"{WrappingFile(tenantId, kekId)} in {_files.Location} is damaged. Restore it from a backup: without it the recordings it protects cannot be read.");
    }

    private KeyRingException Lost(string file) =>
        new($"{file} is missing in {_files.Location}. Restore it from a backup: without it the recordings it protects cannot be read.");

    /// <summary>Milliseconds, as in the published document.</summary>
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());

    private static string WrappingList(string tenantId) => $"{WrappingFolder(tenantId)}/keys.txt";

    private static string WrappingFile(string tenantId, string kekId) => $"{WrappingFolder(tenantId)}/{kekId}.key";

    private static string WrappingFolder(string tenantId) => EvidenceKey.TryCreate(tenantId, "r", "n", out _)
        ? $"wrapping/{tenantId}"
        : throw new KeyRingException("A tenant id must be 1 to 64 of [a-z0-9-_.] and not begin with a dot.");
}
