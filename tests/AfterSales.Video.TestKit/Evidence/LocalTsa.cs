using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AfterSales.Video.TestKit.Evidence;

/// <summary>
/// A time-stamping authority on this machine: certificates from .NET, replies from `openssl ts -reply`. To serve it over HTTP, answer each POST of
/// application/timestamp-query with <see cref="Reply"/>.
/// </summary>
public sealed class LocalTsa : IDisposable
{
    private const string Configuration = """
        [tsa]
        default_tsa = tsa_config
        [tsa_config]
        serial = serial
        default_policy = 1.2.3.4.1
        digests = sha256
        signer_digest = sha256
        accuracy = secs:1
        ess_cert_id_alg = sha256
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("aftersales-tsa-").FullName;
    private readonly Lock _gate = new();

    /// <param name="certificateEnds">An authority whose certificate has expired: a time in the past.</param>
    public LocalTsa(DateTimeOffset? certificateEnds = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var ends = certificateEnds ?? now.AddYears(1);
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Root = MakeRoot(rootKey, now);
        Signer = MakeSigner(rootKey, now.AddYears(-1), ends, "1.3.6.1.5.5.7.3.8");
        WrongPurpose = MakeSigner(rootKey, now.AddYears(-1), ends, "1.3.6.1.5.5.7.3.1");
        RootPem = Root.ExportCertificatePem();
        File.WriteAllText(RootPath, RootPem);
        File.WriteAllText(SignerPath, Signer.ExportCertificatePem());
        using var key = Signer.GetECDsaPrivateKey()!;
        File.WriteAllText(Path.Combine(_folder, "tsa.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_folder, "tsa.cnf"), Configuration);
        File.WriteAllText(Path.Combine(_folder, "serial"), "01\n");
    }

    public X509Certificate2 Root { get; }
    public X509Certificate2 Signer { get; }

    /// <summary>Of the same root, but for TLS servers.</summary>
    public X509Certificate2 WrongPurpose { get; }
    public string RootPem { get; }
    public string RootPath => Path.Combine(_folder, "root.pem");
    public string SignerPath => Path.Combine(_folder, "tsa.pem");

    /// <summary>DER of TimeStampResp to a DER TimeStampReq; the time is now.</summary>
    public byte[] Reply(ReadOnlySpan<byte> query)
    {
        lock (_gate)
        {
            File.WriteAllBytes(Path.Combine(_folder, "query.tsq"), query.ToArray());
            var (exit, output) = OpenSslTool.Run(
                _folder, "ts", "-reply", "-config", "tsa.cnf", "-section", "tsa_config", "-queryfile", "query.tsq", "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "reply.tsr");
            return exit == 0 ? File.ReadAllBytes(Path.Combine(_folder, "reply.tsr")) : throw new InvalidOperationException(output);
        }
    }

    public void Dispose()
    {
        Root.Dispose();
        Signer.Dispose();
        WrongPurpose.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static X509Certificate2 MakeRoot(ECDsa key, DateTimeOffset now)
    {
        var request = new CertificateRequest("CN=Test TSA root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now.AddYears(-2), now.AddYears(10));
    }

    private X509Certificate2 MakeSigner(ECDsa rootKey, DateTimeOffset from, DateTimeOffset to, string purpose)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test TSA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: true));
        var serial = RandomNumberGenerator.GetBytes(8);
        serial[0] = 1;
        using var certificate = request.Create(Root.SubjectName, X509SignatureGenerator.CreateForECDsa(rootKey), from, to, serial);
        return certificate.CopyWithPrivateKey(key);
    }
}
