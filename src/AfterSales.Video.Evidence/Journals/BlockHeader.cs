using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AfterSales.Video.Evidence.Journals;

/// <summary>The 152 bytes before a block's stored bytes (recordings-schema/journal/v1 §3).</summary>
public readonly record struct BlockHeader
{
    private const int BoundStart = 4;
    private const int NonceOffset = 44;
    private const int PlainDigestOffset = 56;
    private const int StoredDigestOffset = 88;
    private const int HashOffset = 120;

    public required BlockType Type { get; init; }
    public BlockCipher Cipher { get; init; }

    /// <summary>0 for the first block of a file, then plus one each.</summary>
    public required long Seq { get; init; }

    /// <summary>Nanoseconds since the recording began, by the recorder's monotonic clock, when the block was sealed.</summary>
    public required long MonotonicNs { get; init; }

    /// <summary>Nanoseconds since 1970-01-01T00:00:00Z when the block was sealed.</summary>
    public required long UtcNs { get; init; }
    public required int PlainLength { get; init; }
    public required int StoredLength { get; init; }
    public required int Records { get; init; }

    /// <summary>False when magic, version, type, cipher or lengths are not of this version. Hashes are not looked at.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out BlockHeader header)
    {
        header = default;
        if (bytes.Length < JournalFormat.BlockHeaderLength || !bytes.StartsWith(JournalFormat.BlockMagic) || bytes[4] != JournalFormat.Version)
            return false;
        header = new BlockHeader
        {
            Type = (BlockType)bytes[5],
            Cipher = (BlockCipher)bytes[6],
            Seq = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            MonotonicNs = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            UtcNs = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            PlainLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[32..]),
            StoredLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[36..]),
            Records = BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]),
        };
        var tag = header.Cipher == BlockCipher.Aes256Gcm ? JournalFormat.CipherTagLength : 0;
        return header is
        {
            Type: BlockType.Records or BlockType.End,
            Cipher: BlockCipher.None or BlockCipher.Aes256Gcm,
            PlainLength: >= 0 and <= JournalFormat.MaxBlockLength - JournalFormat.CipherTagLength,
            Records: >= 0,
        } && header.StoredLength == header.PlainLength + tag;
    }

    /// <summary>
    /// True when the stored digest fits the bytes and the chain goes on from <paramref name="previous"/>. Needs no key; without a cipher the
    /// plaintext digest is looked at too.
    /// </summary>
    public static bool Verify(ReadOnlySpan<byte> header, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> previous)
    {
        Span<byte> hash = stackalloc byte[JournalFormat.HashLength];
        SHA256.HashData(stored, hash);
        if (!header.Slice(StoredDigestOffset, hash.Length).SequenceEqual(hash))
            return false;
        if (header[6] == (byte)BlockCipher.None && !header.Slice(PlainDigestOffset, hash.Length).SequenceEqual(hash))
            return false;
        HashChain.Next(previous, header, hash);
        return header.Slice(HashOffset, hash.Length).SequenceEqual(hash);
    }

    /// <summary>This block's Hi as stored.</summary>
    public static ReadOnlySpan<byte> HashOf(ReadOnlySpan<byte> header) => header.Slice(HashOffset, JournalFormat.HashLength);

    /// <summary>True when the plaintext has the digest the header states.</summary>
    internal static bool IsPlaintext(ReadOnlySpan<byte> header, ReadOnlySpan<byte> plaintext)
    {
        Span<byte> hash = stackalloc byte[JournalFormat.HashLength];
        SHA256.HashData(plaintext, hash);
        return header.Slice(PlainDigestOffset, hash.Length).SequenceEqual(hash);
    }

    internal static ReadOnlySpan<byte> NonceOf(ReadOnlySpan<byte> header) => header.Slice(NonceOffset, JournalFormat.CipherNonceLength);

    /// <summary>What the cipher's tag covers beside the bytes: everything of the header but magic, digests and Hi.</summary>
    internal static ReadOnlySpan<byte> AdditionalDataOf(ReadOnlySpan<byte> header) => header[BoundStart..PlainDigestOffset];

    /// <summary>Everything before the digests.</summary>
    internal void WriteFields(Span<byte> header, ReadOnlySpan<byte> nonce)
    {
        header[..JournalFormat.BlockHeaderLength].Clear();
        JournalFormat.BlockMagic.CopyTo(header);
        header[4] = (byte)JournalFormat.Version;
        header[5] = (byte)Type;
        header[6] = (byte)Cipher;
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], Seq);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], MonotonicNs);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], UtcNs);
        BinaryPrimitives.WriteInt32LittleEndian(header[32..], PlainLength);
        BinaryPrimitives.WriteInt32LittleEndian(header[36..], StoredLength);
        BinaryPrimitives.WriteInt32LittleEndian(header[40..], Records);
        nonce.CopyTo(header[NonceOffset..]);
    }

    internal static void WritePlainDigest(Span<byte> header, ReadOnlySpan<byte> plaintext) => SHA256.HashData(plaintext, header[PlainDigestOffset..StoredDigestOffset]);

    internal static void WriteStoredDigest(Span<byte> header, ReadOnlySpan<byte> stored) => SHA256.HashData(stored, header[StoredDigestOffset..HashOffset]);

    internal static void CopyDigestToStored(Span<byte> header) => header[PlainDigestOffset..StoredDigestOffset].CopyTo(header[StoredDigestOffset..]);

    /// <param name="head">The chain's head before; after the call, this block's hash.</param>
    internal static void Chain(Span<byte> header, Span<byte> head)
    {
        HashChain.Next(head, header, header[HashOffset..]);
        header[HashOffset..JournalFormat.BlockHeaderLength].CopyTo(head);
    }
}
