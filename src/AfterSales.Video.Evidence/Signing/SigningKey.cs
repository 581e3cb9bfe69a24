using System.Security.Cryptography;

namespace AfterSales.Video.Evidence.Signing;

/// <summary>An ECDSA P-256 key in memory. Thread-safe.</summary>
public sealed class SigningKey : IEvidenceSigner, IDisposable
{
    private readonly Lock _gate = new();
    private readonly ECDsa _key;

    private SigningKey(ECDsa key)
    {
        _key = key;
        KeyId = IdOf(key.ExportSubjectPublicKeyInfo());
        PublicKeyPem = key.ExportSubjectPublicKeyInfoPem();
    }

    public string KeyId { get; }

    /// <summary>SubjectPublicKeyInfo as PEM: what is published.</summary>
    public string PublicKeyPem { get; }

    /// <summary>First 16 bytes of SHA-256 of the SubjectPublicKeyInfo (DER), lower-case hex.</summary>
    public static string IdOf(ReadOnlySpan<byte> subjectPublicKeyInfo) => Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo).AsSpan(0, 16));

    public static SigningKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads a private key from PEM (PKCS #8 or SEC 1).</summary>
    /// <exception cref="CryptographicException">Not a private key on P-256; the message says so.</exception>
    public static SigningKey FromPem(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (!P256.IsCurveOf(key) || key.ExportParameters(includePrivateParameters: true).D is null)
                throw new CryptographicException("not a private key on the curve P-256");
            return new SigningKey(key);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or PlatformNotSupportedException)
        {
            key.Dispose();
            throw new CryptographicException($"The signing key cannot be used: {e.Message}", e);
        }
    }

    /// <summary>The private key, PKCS #8. Keep it in a file only its owner can read.</summary>
    public string ToPem() => _key.ExportPkcs8PrivateKeyPem();

    public DsseEnvelope Sign(string payloadType, ReadOnlySpan<byte> payload)
    {
        var encoded = DsseEnvelope.PreAuthenticationEncoding(payloadType, payload);
        byte[] signature;
        lock (_gate)
        {
            signature = _key.SignData(encoded, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }

        return new DsseEnvelope(payloadType, payload.ToArray(), [new DsseSignature(KeyId, signature)]);
    }

    public void Dispose() => _key.Dispose();
}

internal static class P256
{
    private const string Oid = "1.2.840.10045.3.1.7";

    public static bool IsCurveOf(ECDsa key) =>
        key.ExportParameters(includePrivateParameters: false).Curve.Oid is { } oid && (oid.Value == Oid || oid.FriendlyName is "nistP256" or "ECDSA_P256");
}
