using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AfterSales.Video.Evidence.Timestamps;

/// <summary>Root certificates of the time-stamping authorities that are trusted. Nothing of the system's store is used.</summary>
public sealed class TimestampRoots : IDisposable
{
    private const int MaxCertificates = 50;
    private const int MaxPemLength = 256 * 1024;

    private TimestampRoots(X509Certificate2Collection certificates) => Certificates = certificates;

    internal X509Certificate2Collection Certificates { get; }

    /// <summary>False when the text holds no certificate, or one that cannot be read.</summary>
    public static bool TryParse(ReadOnlySpan<char> pem, out TimestampRoots roots, out string problem)
    {
        roots = null!;
        problem = "larger than 256 KiB";
        if (pem.Length > MaxPemLength)
            return false;
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
            problem = certificates.Count is 0 or > MaxCertificates ? $"holds {certificates.Count} certificates; 1 to {MaxCertificates} are allowed" : "";
        }
        catch (CryptographicException e)
        {
            problem = $"not certificates in PEM: {e.Message}";
        }

        if (problem.Length > 0)
            return false;
        roots = new TimestampRoots(certificates);
        return true;
    }

    public void Dispose()
    {
        foreach (var certificate in Certificates)
            certificate.Dispose();
    }
}
