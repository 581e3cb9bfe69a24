using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AfterSales.Video.Native.OpenSsl;

/// <summary>
/// The few functions of libcrypto 3 in use. Those called per packet take raw pointers and suppress the GC transition:
/// they run for at most a few microseconds (a packet is at most 1,500 bytes), never block and never call back.
/// </summary>
internal static unsafe partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";

    [LibraryImport(Library, EntryPoint = "ERR_clear_error")]
    internal static partial void ClearErrors();

    [LibraryImport(Library, EntryPoint = "ERR_get_error")]
    internal static partial nuint GetError();

    [LibraryImport(Library, EntryPoint = "ERR_error_string_n")]
    internal static partial void ErrorString(nuint error, byte* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "OpenSSL_version_num")]
    internal static partial nuint VersionNumber();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_fetch", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CipherHandle FetchCipher(nint libraryContext, string algorithm, nint properties);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_free")]
    internal static partial void FreeCipher(nint cipher);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_new")]
    internal static partial CipherContextHandle NewCipherContext();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_free")]
    internal static partial void FreeCipherContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_CipherInit_ex2")]
    internal static partial int InitCipher(CipherContextHandle context, CipherHandle cipher, byte* key, byte* iv, int encrypt, OsslParam* parameters);

    /// <summary>Per packet: a new IV, and the expected tag when decrypting, under the key already scheduled.</summary>
    [LibraryImport(Library, EntryPoint = "EVP_CipherInit_ex2")]
    [SuppressGCTransition]
    internal static partial int RestartCipher(nint context, nint keepCipher, nint keepKey, byte* iv, int keepDirection, OsslParam* parameters);

    [LibraryImport(Library, EntryPoint = "EVP_CipherUpdate")]
    [SuppressGCTransition]
    internal static partial int UpdateCipher(nint context, byte* destination, out int written, byte* source, int length);

    [LibraryImport(Library, EntryPoint = "EVP_CipherFinal_ex")]
    [SuppressGCTransition]
    internal static partial int FinishCipher(nint context, byte* destination, out int written);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_get_params")]
    [SuppressGCTransition]
    internal static partial int GetCipherParameters(nint context, OsslParam* parameters);

    [LibraryImport(Library, EntryPoint = "SHA1_Init")]
    [SuppressGCTransition]
    internal static partial int Sha1Init(Sha1State* state);

    [LibraryImport(Library, EntryPoint = "SHA1_Update")]
    [SuppressGCTransition]
    internal static partial int Sha1Update(Sha1State* state, byte* source, nuint length);

    [LibraryImport(Library, EntryPoint = "SHA1_Final")]
    [SuppressGCTransition]
    internal static partial int Sha1Final(byte* digest, Sha1State* state);

    [LibraryImport(Library, EntryPoint = "OPENSSL_cleanse")]
    internal static partial void Cleanse(void* memory, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_sha256")]
    internal static partial nint Sha256();

    [LibraryImport(Library, EntryPoint = "X509_digest")]
    internal static partial int CertificateDigest(nint certificate, nint digest, byte* output, out uint length);

    [LibraryImport(Library, EntryPoint = "X509_STORE_CTX_get0_cert")]
    internal static partial nint CertificateToVerify(nint storeContext);

    [LibraryImport(Library, EntryPoint = "X509_STORE_CTX_get_ex_data")]
    internal static partial nint StoreContextData(nint storeContext, int index);

    [LibraryImport(Library, EntryPoint = "X509_STORE_CTX_set_error")]
    internal static partial void SetVerifyError(nint storeContext, int error);

    [LibraryImport(Library, EntryPoint = "BIO_s_mem")]
    internal static partial nint MemoryBioMethod();

    [LibraryImport(Library, EntryPoint = "BIO_new")]
    internal static partial nint NewBio(nint method);

    [LibraryImport(Library, EntryPoint = "BIO_free")]
    internal static partial int FreeBio(nint bio);

    [LibraryImport(Library, EntryPoint = "BIO_write")]
    internal static partial int WriteBio(nint bio, byte* source, int length);

    [LibraryImport(Library, EntryPoint = "BIO_read")]
    internal static partial int ReadBio(nint bio, byte* destination, int length);

    [LibraryImport(Library, EntryPoint = "BIO_ctrl")]
    internal static partial nint ControlBio(nint bio, int command, nint number, nint pointer);
}

/// <summary>OSSL_PARAM of core.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OsslParam
{
    internal const uint OctetString = 5;

    internal byte* Key;
    internal uint DataType;
    internal void* Value;
    internal nuint Size;
    internal nuint ReturnSize;
}

/// <summary>SHA_CTX of sha.h, unchanged since OpenSSL 0.9 and fixed by the soname. Copying it is copying a hash in progress.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Sha1State
{
    internal Words5 Chain;
    internal uint BitsLow;
    internal uint BitsHigh;
    internal Words16 Pending;
    internal uint PendingBytes;

    [InlineArray(5)]
    internal struct Words5
    {
        private uint _first;
    }

    [InlineArray(16)]
    internal struct Words16
    {
        private uint _first;
    }
}
