using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AfterSales.Video.Evidence.Journals;

/// <summary>
/// Makes blocks out of plaintext records: encrypts in place, digests, chains. One writer's; not for two threads at once. Allocates nothing
/// per block.
/// </summary>
/// <param name="dataKey">32 bytes; empty for a journal without encryption.</param>
public sealed class BlockSealer(ReadOnlySpan<byte> dataKey) : IDisposable
{
    private const int PrefixLength = 4;
    private readonly AesGcm? _aes = dataKey.IsEmpty ? null : new AesGcm(dataKey, JournalFormat.CipherTagLength);
    private readonly byte[] _prefix = RandomNumberGenerator.GetBytes(PrefixLength);

    /// <summary>Bytes a block grows by: the room needed behind its plaintext.</summary>
    public int Overhead => _aes is null ? 0 : JournalFormat.CipherTagLength;

    /// <summary>
    /// Takes a nonce prefix different from the last one. To be called when a file is opened and after each failed write: a block that is
    /// tried again under the same number must never use a nonce twice.
    /// </summary>
    public void RenewNonces()
    {
        Span<byte> next = stackalloc byte[PrefixLength];
        do
        {
            RandomNumberGenerator.Fill(next);
        }
        while (next.SequenceEqual(_prefix));
        next.CopyTo(_prefix);
    }

    /// <summary>For published vectors only: a chosen nonce prefix, so that the same bytes come out again.</summary>
    public void FixNonces(ReadOnlySpan<byte> prefix)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(prefix.Length, PrefixLength, nameof(prefix));
        prefix.CopyTo(_prefix);
    }

    /// <summary>Turns header room ‖ plaintext ‖ <see cref="Overhead"/> bytes of room into the block as it is stored.</summary>
    /// <param name="header"><see cref="BlockHeader.Cipher"/> and <see cref="BlockHeader.StoredLength"/> are set here.</param>
    /// <param name="head">The chain's head before; after the call, this block's hash.</param>
    /// <returns>Length of the whole block.</returns>
    public int Seal(in BlockHeader header, Span<byte> block, Span<byte> head)
    {
        var plaintext = block.Slice(JournalFormat.BlockHeaderLength, header.PlainLength);
        var storedLength = header.PlainLength + Overhead;
        if (_aes is null)
        {
            (header with { Cipher = BlockCipher.None, StoredLength = storedLength }).WriteFields(block, []);
            BlockHeader.WritePlainDigest(block, plaintext);
            BlockHeader.CopyDigestToStored(block);
        }
        else
        {
            Span<byte> nonce = stackalloc byte[JournalFormat.CipherNonceLength];
            _prefix.CopyTo(nonce);
            BinaryPrimitives.WriteInt64LittleEndian(nonce[PrefixLength..], header.Seq);
            (header with { Cipher = BlockCipher.Aes256Gcm, StoredLength = storedLength }).WriteFields(block, nonce);
            BlockHeader.WritePlainDigest(block, plaintext);
            var tag = block.Slice(JournalFormat.BlockHeaderLength + plaintext.Length, JournalFormat.CipherTagLength);
            _aes.Encrypt(nonce, plaintext, plaintext, tag, BlockHeader.AdditionalDataOf(block));
            BlockHeader.WriteStoredDigest(block, block.Slice(JournalFormat.BlockHeaderLength, storedLength));
        }

        BlockHeader.Chain(block, head);
        return JournalFormat.BlockHeaderLength + storedLength;
    }

    /// <summary>Brings the plaintext of a block sealed here back into place, so that it can be sealed anew for another file.</summary>
    /// <exception cref="CryptographicException">These are not the bytes <see cref="Seal"/> left.</exception>
    public void Unseal(Span<byte> block)
    {
        if (_aes is null)
            return;
        using var opener = new BlockOpener(_aes);
        if (!BlockHeader.TryRead(block, out var header) || !opener.TryOpen(block, block.Slice(JournalFormat.BlockHeaderLength, header.StoredLength)))
            throw new CryptographicException("The block is not as it was sealed.");
    }

    public void Dispose() => _aes?.Dispose();
}
