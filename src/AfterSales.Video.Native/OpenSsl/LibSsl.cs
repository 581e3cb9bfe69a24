using System.Runtime.InteropServices;

namespace AfterSales.Video.Native.OpenSsl;

/// <summary>The few functions of libssl 3 in use, and the numbers behind its macros.</summary>
internal static unsafe partial class LibSsl
{
    internal const int CtrlSetMtu = 17;
    internal const int CtrlMode = 33;
    internal const int CtrlSetSessionCacheMode = 44;
    internal const int CtrlDtlsGetTimeout = 73;
    internal const int CtrlDtlsHandleTimeout = 74;
    internal const int CtrlSetGroupsList = 92;
    internal const int CtrlSetMinProtocolVersion = 123;

    internal const int Dtls12 = 0xFEFD;
    internal const int KeyTypeEc = 408;
    internal const int VerifyPeer = 1;
    internal const int VerifyFailIfNoPeerCertificate = 2;
    internal const nint ModeReleaseBuffers = 0x10;

    internal const ulong OpNoQueryMtu = 1UL << 12;
    internal const ulong OpNoTicket = 1UL << 14;
    internal const ulong OpNoCompression = 1UL << 17;
    internal const ulong OpCipherServerPreference = 1UL << 22;
    internal const ulong OpNoRenegotiation = 1UL << 30;

    internal const int ErrorWantRead = 2;
    internal const int ReceivedShutdown = 2;
    internal const int VerifyErrorRejected = 28;

    private const string Library = "libssl.so.3";

    [LibraryImport(Library, EntryPoint = "DTLS_method")]
    internal static partial nint DtlsMethod();

    [LibraryImport(Library, EntryPoint = "SSL_CTX_new")]
    internal static partial SslContextHandle NewContext(nint method);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_free")]
    internal static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_ctrl", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint ControlContext(SslContextHandle context, int command, nint number, string? text);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_set_options")]
    internal static partial ulong SetContextOptions(SslContextHandle context, ulong options);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_set_cipher_list", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetCipherList(SslContextHandle context, string ciphers);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_use_certificate_ASN1")]
    internal static partial int UseCertificate(SslContextHandle context, int length, ReadOnlySpan<byte> der);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_use_PrivateKey_ASN1")]
    internal static partial int UsePrivateKey(int type, SslContextHandle context, ReadOnlySpan<byte> der, nint length);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_set_verify")]
    internal static partial void SetVerify(SslContextHandle context, int mode, nint callback);

    [LibraryImport(Library, EntryPoint = "SSL_CTX_set_cert_verify_callback")]
    internal static partial void SetCertificateVerifyCallback(SslContextHandle context, delegate* unmanaged<nint, nint, int> callback, nint argument);

    [LibraryImport(Library, EntryPoint = "SSL_new")]
    internal static partial SslHandle New(SslContextHandle context);

    [LibraryImport(Library, EntryPoint = "SSL_free")]
    internal static partial void Free(nint ssl);

    [LibraryImport(Library, EntryPoint = "SSL_set_bio")]
    internal static partial void SetBio(SslHandle ssl, nint readBio, nint writeBio);

    /// <summary>0 is success here, unlike everywhere else.</summary>
    [LibraryImport(Library, EntryPoint = "SSL_set_tlsext_use_srtp", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetSrtpProfiles(SslHandle ssl, string profiles);

    [LibraryImport(Library, EntryPoint = "SSL_get_selected_srtp_profile")]
    internal static partial SrtpProtectionProfile* SelectedSrtpProfile(SslHandle ssl);

    [LibraryImport(Library, EntryPoint = "SSL_set_ex_data")]
    internal static partial int SetData(SslHandle ssl, int index, nint data);

    [LibraryImport(Library, EntryPoint = "SSL_get_ex_data")]
    internal static partial nint GetData(nint ssl, int index);

    [LibraryImport(Library, EntryPoint = "SSL_get_ex_data_X509_STORE_CTX_idx")]
    internal static partial int StoreContextDataIndex();

    [LibraryImport(Library, EntryPoint = "DTLS_set_timer_cb")]
    internal static partial void SetTimerCallback(SslHandle ssl, delegate* unmanaged<nint, uint, uint> callback);

    [LibraryImport(Library, EntryPoint = "SSL_set_accept_state")]
    internal static partial void SetAcceptState(SslHandle ssl);

    [LibraryImport(Library, EntryPoint = "SSL_set_connect_state")]
    internal static partial void SetConnectState(SslHandle ssl);

    [LibraryImport(Library, EntryPoint = "SSL_do_handshake")]
    internal static partial int DoHandshake(SslHandle ssl);

    [LibraryImport(Library, EntryPoint = "SSL_read")]
    internal static partial int Read(SslHandle ssl, Span<byte> destination, int length);

    [LibraryImport(Library, EntryPoint = "SSL_shutdown")]
    internal static partial int Shutdown(SslHandle ssl);

    [LibraryImport(Library, EntryPoint = "SSL_get_shutdown")]
    internal static partial int ShutdownState(SslHandle ssl);

    [LibraryImport(Library, EntryPoint = "SSL_get_error")]
    internal static partial int GetError(SslHandle ssl, int result);

    [LibraryImport(Library, EntryPoint = "SSL_ctrl")]
    internal static partial nint Control(SslHandle ssl, int command, nint number, void* pointer);

    [LibraryImport(Library, EntryPoint = "SSL_export_keying_material", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ExportKeyingMaterial(
        SslHandle ssl, Span<byte> destination, nuint length, string label, nuint labelLength, nint context, nuint contextLength, int useContext);
}

/// <summary>SRTP_PROTECTION_PROFILE of srtp.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SrtpProtectionProfile
{
    internal nint Name;
    internal nuint Id;
}

/// <summary>struct timeval of 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeValue
{
    internal long Seconds;
    internal long Microseconds;

    internal readonly TimeSpan ToTimeSpan() => TimeSpan.FromSeconds(Seconds) + TimeSpan.FromMicroseconds(Microseconds);
}
