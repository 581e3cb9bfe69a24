using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AfterSales.Video.Native.OpenSsl;

/// <summary>An SSL_CTX for DTLS 1.2 and up with one ECDSA certificate, that demands a certificate of every peer. Thread-safe.</summary>
public sealed unsafe class DtlsEndpoint : IDisposable
{
    // Forward secrecy and AES-GCM only: RFC 8827 §6.5 obliges everybody to the first, and with one family of suites
    // DtlsConnection knows the shortest genuine record. RSA is for the certificate of a server we connect to; ours is ECDSA.
    private const string Ciphers =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";

    private const string Groups = "X25519:P-256:P-384";
    private const int Sha256Bytes = 32;

    /// <param name="certificate">X.509 in DER.</param>
    /// <param name="privateKey">SEC 1 ECPrivateKey in DER, of the certificate.</param>
    public DtlsEndpoint(ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> privateKey)
    {
        LibCrypto.ClearErrors();
        Handle = LibSsl.NewContext(LibSsl.DtlsMethod());
        if (Handle.IsInvalid)
            throw OpenSslException.FromQueue("SSL_CTX_new");
        Check(LibSsl.ControlContext(Handle, LibSsl.CtrlSetMinProtocolVersion, LibSsl.Dtls12, null), "SSL_CTX_set_min_proto_version");
        Check(LibSsl.SetCipherList(Handle, Ciphers), "SSL_CTX_set_cipher_list");
        Check(LibSsl.ControlContext(Handle, LibSsl.CtrlSetGroupsList, 0, Groups), "SSL_CTX_set1_groups_list");
        Check(LibSsl.UseCertificate(Handle, certificate.Length, certificate), "SSL_CTX_use_certificate_ASN1");
        Check(LibSsl.UsePrivateKey(LibSsl.KeyTypeEc, Handle, privateKey, privateKey.Length), "SSL_CTX_use_PrivateKey_ASN1");
        ForbidShortcuts();
        LibSsl.SetVerify(Handle, LibSsl.VerifyPeer | LibSsl.VerifyFailIfNoPeerCertificate, 0);
        LibSsl.SetCertificateVerifyCallback(Handle, &VerifyCertificate, 0);
    }

    internal SslContextHandle Handle { get; }

    public void Dispose() => Handle.Dispose();

    /// <summary>No resumption, so that every handshake shows a certificate; no renegotiation, which could show another one.</summary>
    private void ForbidShortcuts()
    {
        LibSsl.SetContextOptions(
            Handle,
            LibSsl.OpNoQueryMtu | LibSsl.OpNoTicket | LibSsl.OpNoCompression | LibSsl.OpCipherServerPreference | LibSsl.OpNoRenegotiation);
        LibSsl.ControlContext(Handle, LibSsl.CtrlSetSessionCacheMode, 0, null);

        // 32 KB less per connection: after the handshake nothing but close_notify goes through it.
        LibSsl.ControlContext(Handle, LibSsl.CtrlMode, LibSsl.ModeReleaseBuffers, null);
    }

    private static void Check(nint result, string call) => OpenSslException.ThrowUnlessOne((int)result, call);

    /// <summary>Replaces chain validation by the one question WebRTC asks (RFC 8122 §5): is it the certificate of the SDP?</summary>
    [UnmanagedCallersOnly]
    private static int VerifyCertificate(nint storeContext, nint argument)
    {
        var ssl = LibCrypto.StoreContextData(storeContext, LibSsl.StoreContextDataIndex());
        var session = (DtlsSessionMemory*)LibSsl.GetData(ssl, DtlsSessionMemory.DataIndex);
        var certificate = LibCrypto.CertificateToVerify(storeContext);
        var digest = stackalloc byte[Sha256Bytes];
        var expected = session is not null
            && certificate != 0
            && LibCrypto.CertificateDigest(certificate, LibCrypto.Sha256(), digest, out var length) == 1
            && length == Sha256Bytes
            && new ReadOnlySpan<byte>(digest, Sha256Bytes).SequenceEqual(session->ExpectedDigest);
        if (session is not null)
            session->Verdict = expected ? CertificateVerdict.Expected : CertificateVerdict.Unexpected;
        if (!expected)
            LibCrypto.SetVerifyError(storeContext, LibSsl.VerifyErrorRejected);
        return expected ? 1 : 0;
    }
}

internal enum CertificateVerdict
{
    NotShown,
    Expected,
    Unexpected,
}

/// <summary>What the callbacks of one connection read and write; outside the managed heap so that a raw pointer reaches it.</summary>
internal struct DtlsSessionMemory
{
    /// <summary>Index 0 is OpenSSL's "app data", free for the application.</summary>
    internal const int DataIndex = 0;

    internal Digest ExpectedDigest;
    internal CertificateVerdict Verdict;
    internal uint FirstTimeoutMicroseconds;
    internal uint LongestTimeoutMicroseconds;

    [InlineArray(32)]
    internal struct Digest
    {
        private byte _first;
    }
}
