using System.Security.Cryptography;

namespace AfterSales.Video.Evidence.Signing;

/// <summary>
/// The published public keys (/.well-known/aftersales-evidence-keys.json, keys.json of an export). A set never loses a key: old ones stay,
/// retired or revoked, so that what they signed can still be checked.
/// </summary>
public sealed class EvidenceKeySet
{
    public const string Algorithm = "ES256";
    private const int MaxKeys = 1000;
    private readonly Dictionary<string, PublishedKey> _keys;

    private EvidenceKeySet(IReadOnlyList<PublishedKey> keys) =>
        (Keys, _keys) = (keys, keys.ToDictionary(k => k.KeyId, StringComparer.Ordinal));

    public static EvidenceKeySet Empty { get; } = new([]);

    public IReadOnlyList<PublishedKey> Keys { get; }

    /// <summary>Null when the set does not hold the key.</summary>
    public PublishedKey? Find(string keyId) => _keys.GetValueOrDefault(keyId);

    /// <summary>False with a reason when an id stands twice or does not belong to its key, or a time is impossible.</summary>
    public static bool TryCreate(IReadOnlyList<PublishedKey> keys, out EvidenceKeySet set, out string problem)
    {
        set = Empty;
        problem = keys.Count > MaxKeys ? $"more than {MaxKeys} keys" : "";
        if (keys.Count > MaxKeys)
            return false;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            problem = key is null ? "a key is null" : !ids.Add(key.KeyId) ? $"key {key.KeyId} stands twice" : key.Problem();
            if (problem.Length > 0)
                return false;
        }

        set = new EvidenceKeySet(keys);
        return true;
    }

    /// <summary>Reads the published document in canonical form.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> json, out EvidenceKeySet set, out string problem)
    {
        set = Empty;
        return CanonicalJson.TryRead(json, SigningJson.Default.KeySetDocument, out var document, out problem)
            && TryCreate(document.Keys, out set, out problem);
    }

    /// <summary>The published document, canonical JSON.</summary>
    public byte[] ToJson() => CanonicalJson.Write(new KeySetDocument([.. Keys]), SigningJson.Default.KeySetDocument);

    /// <summary>Checks type and every signature. Says nothing about time: see <see cref="PublishedKey.RevokedAt"/>.</summary>
    public SignatureCheck Check(DsseEnvelope envelope, string payloadType)
    {
        if (envelope.PayloadType != payloadType)
            return new SignatureCheck(SignatureOutcome.WrongType, [], $"is a {envelope.PayloadType}, not a {payloadType}");
        var encoded = DsseEnvelope.PreAuthenticationEncoding(envelope.PayloadType, envelope.Payload.Span);
        var keys = new List<PublishedKey>(envelope.Signatures.Count);
        foreach (var signature in envelope.Signatures)
        {
            if (Find(signature.KeyId) is not { } key)
                return new SignatureCheck(SignatureOutcome.UnknownKey, [], $"signed with key {Printable(signature.KeyId)}, which is not in the key set");
            if (keys.Contains(key) || !key.Verify(encoded, signature.Value.Span))
                return new SignatureCheck(SignatureOutcome.Invalid, [], $"the signature with key {key.KeyId} does not fit");
            keys.Add(key);
        }

        return keys.Count == 0
            ? new SignatureCheck(SignatureOutcome.Invalid, [], "not signed")
            : new SignatureCheck(SignatureOutcome.Valid, keys, "");
    }

    private static string Printable(string keyId) => keyId.Length <= 64 && keyId.All(char.IsAsciiLetterOrDigit) ? keyId : "(unprintable)";
}

/// <param name="KeyId">See <see cref="SigningKey.IdOf"/>.</param>
/// <param name="Algorithm">"ES256".</param>
/// <param name="PublicKeyPem">SubjectPublicKeyInfo on P-256.</param>
/// <param name="CreatedAt">Nothing signed with it can be older.</param>
/// <param name="RetiredAt">From then on nothing new was signed with it; what it signed stands.</param>
/// <param name="RevokedAt">From then on its signatures prove nothing, unless an independent timestamp shows they are older.</param>
public sealed record PublishedKey(
    string KeyId, string Algorithm, string PublicKeyPem, DateTimeOffset CreatedAt, DateTimeOffset? RetiredAt = null, DateTimeOffset? RevokedAt = null)
{
    internal string Problem()
    {
        if (Algorithm != EvidenceKeySet.Algorithm)
            return "a key is not of algorithm ES256";
        using var key = TryImport();
        if (key is null)
            return "a key is not a public key on P-256 in PEM";
        if (SigningKey.IdOf(key.ExportSubjectPublicKeyInfo()) != KeyId || key.ExportSubjectPublicKeyInfoPem() != PublicKeyPem)
            return "a key id does not belong to its key";
        return RetiredAt < CreatedAt || RevokedAt < CreatedAt ? $"key {KeyId} ends before it begins" : "";
    }

    internal bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var key = TryImport();
        return key is not null && key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private ECDsa? TryImport()
    {
        var key = ECDsa.Create();
        try
        {
            if (PublicKeyPem.StartsWith("-----BEGIN PUBLIC KEY-----", StringComparison.Ordinal))
            {
                key.ImportFromPem(PublicKeyPem);
                if (P256.IsCurveOf(key))
                    return key;
            }
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or PlatformNotSupportedException)
        {
            // Told by the null. A curve that is none comes as "not supported on this platform".
        }

        key.Dispose();
        return null;
    }
}

internal sealed record KeySetDocument(PublishedKey[] Keys);

public enum SignatureOutcome
{
    Valid,
    WrongType,
    UnknownKey,
    Invalid,
}

/// <param name="Keys">The keys of all signatures when valid.</param>
/// <param name="Problem">For people; empty when valid.</param>
public sealed record SignatureCheck(SignatureOutcome Outcome, IReadOnlyList<PublishedKey> Keys, string Problem)
{
    public bool IsValid => Outcome == SignatureOutcome.Valid;
}
