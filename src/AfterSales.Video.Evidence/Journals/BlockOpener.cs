using System.Security.Cryptography;

namespace AfterSales.Video.Evidence.Journals;

/// <summary>Decrypts blocks in place. Not for two threads at once.</summary>
internal sealed class BlockOpener : IDisposable
{
    private readonly AesGcm _aes;
    private readonly bool _owned;

    public BlockOpener(ReadOnlySpan<byte> dataKey) => (_aes, _owned) = (new AesGcm(dataKey, JournalFormat.CipherTagLength), true);

    public BlockOpener(AesGcm aes) => _aes = aes;

    /// <summary>
    /// The plaintext takes the place of the stored bytes. False when tag or plaintext digest are wrong; the bytes are then not to be used.
    /// </summary>
    /// <param name="stored">Ciphertext and tag.</param>
    public bool TryOpen(ReadOnlySpan<byte> header, Span<byte> stored, bool checkDigest = true)
    {
        var ciphertext = stored[..^JournalFormat.CipherTagLength];
        try
        {
            _aes.Decrypt(BlockHeader.NonceOf(header), ciphertext, stored[ciphertext.Length..], ciphertext, BlockHeader.AdditionalDataOf(header));
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        return !checkDigest || BlockHeader.IsPlaintext(header, ciphertext);
    }

    public void Dispose()
    {
        if (_owned)
            _aes.Dispose();
    }
}
