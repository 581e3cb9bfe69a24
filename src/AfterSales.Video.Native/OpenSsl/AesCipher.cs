namespace AfterSales.Video.Native.OpenSsl;

/// <summary>An EVP cipher context that keeps one key and one direction for life. Not thread-safe.</summary>
public abstract unsafe class AesCipher : IDisposable
{
    public const int KeyBytes = 16;

    private const int KeepDirection = -1;
    private readonly CipherContextHandle _handle;
    private nint _context;

    private protected AesCipher(string algorithm, ReadOnlySpan<byte> key, bool encrypt)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes, nameof(key));
        using var cipher = LibCrypto.FetchCipher(0, algorithm, 0);
        if (cipher.IsInvalid)
            throw OpenSslException.FromQueue("EVP_CIPHER_fetch " + algorithm);
        _handle = LibCrypto.NewCipherContext();
        if (_handle.IsInvalid)
            throw OpenSslException.FromQueue("EVP_CIPHER_CTX_new");
        fixed (byte* keyPointer = key)
            OpenSslException.ThrowUnlessOne(LibCrypto.InitCipher(_handle, cipher, keyPointer, null, encrypt ? 1 : 0, null), "EVP_CipherInit_ex2");
        _context = _handle.DangerousGetHandle();
    }

    /// <summary>
    /// The raw context: a SafeHandle argument would cost two interlocked operations on each of the four calls a packet
    /// takes. Callers keep <c>this</c> alive to the end of their last call.
    /// </summary>
    private protected nint Context
    {
        get
        {
            ObjectDisposedException.ThrowIf(_context == 0, this);
            return _context;
        }
    }

    private protected static bool Restart(nint context, byte* iv, OsslParam* parameters) =>
        LibCrypto.RestartCipher(context, 0, 0, iv, KeepDirection, parameters) == 1;

    /// <summary>An empty source would read as "finish" or "additional data" to EVP, so it is left out.</summary>
    private protected static bool Update(nint context, byte* destination, byte* source, int length) =>
        length == 0 || LibCrypto.UpdateCipher(context, destination, out _, source, length) == 1;

    public void Dispose()
    {
        _context = 0;
        _handle.Dispose();
        GC.SuppressFinalize(this);
    }
}
