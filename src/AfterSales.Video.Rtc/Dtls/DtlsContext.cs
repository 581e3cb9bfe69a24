namespace AfterSales.Video.Rtc.Dtls;

/// <summary>
/// What all DTLS sessions of a process share: the certificate and the allowed versions, ciphers and groups.
/// Thread-safe; dispose after the last session.
/// </summary>
public sealed class DtlsContext : IDisposable
{
    /// <summary>Largest datagram sent, in bytes of UDP payload. Fits every path that carries IPv6 (1280) with TURN around it.</summary>
    public const int MaxDatagram = 1200;

    public DtlsContext(DtlsCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Certificate = certificate;
    }

    public DtlsCertificate Certificate { get; }

    public void Dispose()
    {
    }
}
