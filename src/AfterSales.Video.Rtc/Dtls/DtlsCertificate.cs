using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Dtls;

/// <summary>
/// Self-signed ECDSA P-256 identity of one process (RFC 8827 §6.5). Only its SHA-256 fingerprint matters to a peer:
/// it travels in the answer, so neither a name nor an issuer is checked by anyone.
/// </summary>
public sealed class DtlsCertificate
{
    private const string SubjectName = "CN=WebRTC";

    private DtlsCertificate(byte[] certificateDer, byte[] privateKeyDer)
    {
        CertificateDer = certificateDer;
        PrivateKeyDer = privateKeyDer;
        Fingerprint = new DtlsFingerprint("sha-256", SHA256.HashData(certificateDer));
    }

    /// <summary>What goes into <c>a=fingerprint</c>: algorithm "sha-256", 32 bytes.</summary>
    public DtlsFingerprint Fingerprint { get; }

    /// <summary>X.509 in DER.</summary>
    internal byte[] CertificateDer { get; }

    /// <summary>SEC 1 ECPrivateKey in DER.</summary>
    internal byte[] PrivateKeyDer { get; }

    /// <summary>
    /// Makes a new key pair and certificate, valid from a day ago (clocks differ) for ten years: it dies with the process,
    /// and a server that runs for long must not begin to refuse calls.
    /// </summary>
    public static DtlsCertificate Create(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        var now = time.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(SubjectName, key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
        return new DtlsCertificate(certificate.RawData, key.ExportECPrivateKey());
    }
}
