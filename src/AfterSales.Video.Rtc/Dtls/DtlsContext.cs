using AfterSales.Video.Native.OpenSsl;

namespace AfterSales.Video.Rtc.Dtls;

/// <summary>
/// What all DTLS sessions of a process share: the certificate and the allowed versions, ciphers and groups.
/// Thread-safe. Sessions hold on to what they need, so the order of disposal does not matter.
/// </summary>
public sealed class DtlsContext : IDisposable
{
    /// <summary>Largest datagram sent, in bytes of UDP payload. Fits every path that carries IPv6 (1280) with TURN around it.</summary>
    public const int MaxDatagram = 1200;

    public DtlsContext(DtlsCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Certificate = certificate;
        Endpoint = new DtlsEndpoint(certificate.CertificateDer, certificate.PrivateKeyDer);
    }

    public DtlsCertificate Certificate { get; }

    /// <summary>
    /// First retransmission. RFC 6347 says 1 s, for a handshake nobody waits for; here somebody does, and 100 ms brought every
    /// handshake through 30 % loss. Shorter only in tests.
    /// </summary>
    internal TimeSpan FirstTimeout { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>OpenSSL gives up after 12 retransmissions: with this cap 25 s, inside the peer's 30 s to connect.</summary>
    internal TimeSpan LongestTimeout { get; init; } = TimeSpan.FromMilliseconds(3200);

    internal DtlsEndpoint Endpoint { get; }

    public void Dispose() => Endpoint.Dispose();
}
