using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AfterSales.Video.Server.Data;

namespace AfterSales.Video.Server.Hosting;

/// <summary>
/// A certificate for phones on the desk: made on the first start, kept, and made anew when an address of this computer is
/// missing from it or it nears its end. ECDSA P-256 and 397 days, the longest that browsers accept.
/// </summary>
internal static class SelfSignedCertificate
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(397);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);
    private const string SubjectAlternativeNameOid = "2.5.29.17";

    public static X509Certificate2 LoadOrCreate(DataFolder folder, IReadOnlyList<IPAddress> lan, TimeProvider time)
    {
        var certificatePath = Path.Combine(folder.Certificates, "self-signed.pem");
        var keyPath = Path.Combine(folder.Certificates, "self-signed.key");
        if (File.Exists(certificatePath) && File.Exists(keyPath))
        {
            var existing = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            if (Covers(existing, lan) && existing.NotAfter.ToUniversalTime() - RenewBefore > time.GetUtcNow().UtcDateTime)
                return existing;
            existing.Dispose();
        }

        Create(certificatePath, keyPath, lan, time.GetUtcNow());
        return X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
    }

    private static void Create(string certificatePath, string keyPath, IReadOnlyList<IPAddress> lan, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=AfterSales.Video on this computer", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(Names(lan));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now + Lifetime);
        DataFolder.WriteSecret(keyPath, key.ExportPkcs8PrivateKeyPem());
        DataFolder.WriteSecret(certificatePath, certificate.ExportCertificatePem());
    }

    private static X509Extension Names(IReadOnlyList<IPAddress> lan)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        foreach (var address in lan)
            names.AddIpAddress(address);
        return names.Build();
    }

    private static bool Covers(X509Certificate2 certificate, IReadOnlyList<IPAddress> lan)
    {
        var raw = certificate.Extensions.FirstOrDefault(e => e.Oid?.Value == SubjectAlternativeNameOid);
        if (raw is null)
            return false;
        var known = new X509SubjectAlternativeNameExtension(raw.RawData).EnumerateIPAddresses().ToHashSet();
        return lan.All(known.Contains);
    }
}
