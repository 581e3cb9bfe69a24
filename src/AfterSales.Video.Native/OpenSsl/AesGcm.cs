using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AfterSales.Video.Native.OpenSsl;

/// <summary>AES-128-GCM with a 12-byte IV and a 16-byte tag (NIST SP 800-38D). No allocation per call.</summary>
public abstract unsafe class AesGcm : AesCipher
{
    public const int IvBytes = 12;
    public const int TagBytes = 16;

    private const int NameBytes = 8;
    private readonly byte[] _memory;
    private readonly OsslParam* _parameters;

    private protected AesGcm(ReadOnlySpan<byte> key, bool encrypt)
        : base("AES-128-GCM", key, encrypt)
    {
        // Pinned, because OpenSSL follows pointers from the parameter list to its name and to the tag.
        _memory = GC.AllocateArray<byte>((2 * sizeof(OsslParam)) + NameBytes + TagBytes, pinned: true);
        _parameters = (OsslParam*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        var name = (byte*)(_parameters + 2);
        "tag"u8.CopyTo(new Span<byte>(name, NameBytes));
        _parameters[0] = new OsslParam { Key = name, DataType = OsslParam.OctetString, Value = name + NameBytes, Size = TagBytes };
    }

    /// <summary>"tag" and the end mark, for EVP_CIPHER_CTX_get_params and EVP_CipherInit_ex2, which the ctrl calls build anew each time.</summary>
    private protected OsslParam* Parameters => _parameters;

    private protected Span<byte> Tag => _memory.AsSpan(^TagBytes);
}

/// <summary>The encrypting half.</summary>
public sealed unsafe class AesGcmSealer(ReadOnlySpan<byte> key) : AesGcm(key, encrypt: true)
{
    /// <summary>Writes the ciphertext and then the tag. The plaintext may lie at the start of the destination.</summary>
    /// <param name="destination">At least plaintext + 16 bytes.</param>
    public void Seal(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> additional, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(iv.Length, IvBytes, nameof(iv));
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, plaintext.Length + TagBytes, nameof(destination));
        var context = Context;
        byte unused;
        fixed (byte* ivPointer = iv, additionalPointer = additional, source = plaintext, target = destination)
        {
            var sealedAll = Restart(context, ivPointer, null)
                && Update(context, null, additionalPointer, additional.Length)
                && Update(context, target, source, plaintext.Length)
                && LibCrypto.FinishCipher(context, &unused, out _) == 1
                && LibCrypto.GetCipherParameters(context, Parameters) == 1;
            if (!sealedAll)
                throw OpenSslException.FromQueue("AES-128-GCM");
        }
        Tag.CopyTo(destination[plaintext.Length..]);
        GC.KeepAlive(this);
    }
}

/// <summary>The decrypting half.</summary>
public sealed unsafe class AesGcmOpener(ReadOnlySpan<byte> key) : AesGcm(key, encrypt: false)
{
    /// <summary>Decrypts, in place if wanted. False when the tag is wrong: what was written is then worthless and not to be used.</summary>
    /// <param name="sealedText">Ciphertext and then 16 bytes of tag.</param>
    public bool TryOpen(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> additional, ReadOnlySpan<byte> sealedText, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(iv.Length, IvBytes, nameof(iv));
        ArgumentOutOfRangeException.ThrowIfLessThan(sealedText.Length, TagBytes, nameof(sealedText));
        var length = sealedText.Length - TagBytes;
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, length, nameof(destination));
        var context = Context;
        byte unused;
        bool opened;
        sealedText[length..].CopyTo(Tag);
        fixed (byte* ivPointer = iv, additionalPointer = additional, source = sealedText, target = destination)
        {
            opened = Restart(context, ivPointer, Parameters)
                && Update(context, null, additionalPointer, additional.Length)
                && Update(context, target, source, length)
                && LibCrypto.FinishCipher(context, &unused, out _) == 1;
        }
        if (!opened)
            LibCrypto.ClearErrors();
        GC.KeepAlive(this);
        return opened;
    }
}
