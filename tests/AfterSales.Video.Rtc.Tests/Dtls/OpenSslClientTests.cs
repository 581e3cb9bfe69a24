using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AfterSales.Video.Rtc.Dtls;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Rtc.Srtp;

namespace AfterSales.Video.Rtc.Tests.Dtls;

/// <summary>A client we did not write: the <c>openssl s_client</c> of the machine, over a real socket.</summary>
public sealed class OpenSslClientTests(DtlsIdentities identities) : IClassFixture<DtlsIdentities>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly string _folder = Directory.CreateTempSubdirectory("dtls").FullName;

    [Theory]
    [InlineData("SRTP_AEAD_AES_128_GCM", SrtpProfile.AeadAes128Gcm)]
    [InlineData("SRTP_AES128_CM_SHA1_80", SrtpProfile.Aes128CmHmacSha1Tag80)]
    public void It_connects_and_derives_the_same_keys(string name, SrtpProfile profile)
    {
        using var certificate = WriteIdentity();
        using var session = new DtlsSession(identities.Server, DtlsRole.Server, FingerprintOf(certificate), DtlsPair.BothProfiles);
        var said = Talk(session, name, () => session.State == DtlsState.Connected);

        Assert.Equal(DtlsState.Connected, session.State);
        Assert.Equal(profile, session.SrtpProfile);
        Assert.True(session.TryExportSrtpKeys(out var keys));
        Assert.Contains("SRTP Extension negotiated, profile=" + name, said);
        var exported = said.Split("Keying material: ")[1].Split('\n')[0].Trim();
        Assert.StartsWith(Convert.ToHexString(keys.RemoteKey) + Convert.ToHexString(keys.LocalKey), exported);
    }

    [Fact]
    public void It_is_refused_when_the_offer_promised_another_certificate()
    {
        using var certificate = WriteIdentity();
        using var session = new DtlsSession(identities.Server, DtlsRole.Server, identities.Client.Certificate.Fingerprint, DtlsPair.BothProfiles);
        Talk(session, "SRTP_AEAD_AES_128_GCM", () => session.State == DtlsState.Failed);
        Assert.Equal(DtlsFailure.FingerprintMismatch, session.Failure);
        Assert.False(session.TryExportSrtpKeys(out _));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Runs s_client against the session until <paramref name="done"/>; returns what it printed.</summary>
    private string Talk(DtlsSession session, string profile, Func<bool> done)
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Client.ReceiveTimeout = 50;
        using var client = Process.Start(new ProcessStartInfo("openssl")
        {
            ArgumentList =
            {
                "s_client", "-dtls1_2", "-connect", "127.0.0.1:" + ((IPEndPoint)socket.Client.LocalEndPoint!).Port, "-use_srtp", profile,
                "-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen", "60", "-cert", Path.Combine(_folder, "cert.pem"), "-key", Path.Combine(_folder, "key.pem"),
            },
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            Serve(session, socket, done);
            client.StandardInput.Close();
            if (!client.WaitForExit(Patience))
                client.Kill();
            return client.StandardOutput.ReadToEnd();
        }
        finally
        {
            if (!client.HasExited)
                client.Kill();
        }
    }

    private static void Serve(DtlsSession session, UdpClient socket, Func<bool> done)
    {
        var buffer = new byte[DtlsContext.MaxDatagram];
        var deadline = Stopwatch.StartNew();
        while (!done() && deadline.Elapsed < Patience)
        {
            IPEndPoint? from = null;
            byte[] datagram;
            try
            {
                datagram = socket.Receive(ref from);
            }
            catch (SocketException)
            {
                continue;
            }
            session.Receive(datagram, DtlsPair.NowNs);
            while (session.TryTakeOutgoing(buffer, out var length))
                socket.Send(buffer.AsSpan(0, length), from);
        }
    }

    private X509Certificate2 WriteIdentity()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        File.WriteAllText(Path.Combine(_folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "key.pem"), key.ExportECPrivateKeyPem());
        return certificate;
    }

    private static DtlsFingerprint FingerprintOf(X509Certificate2 certificate) => new("sha-256", SHA256.HashData(certificate.RawData));
}
