using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Keys;

namespace AfterSales.Video.Storage.Sealing;

/// <summary>
/// Layout of a sealed object, version 1: header (36 bytes), chunks of 64 KiB plaintext each followed by its tag, trailer.
/// <code>
/// header   "AFTSEAL" ‖ version u8 ‖ chunk size u32 ‖ data key id (16 bytes) ‖ nonce prefix (8 random bytes)     big-endian
/// chunk    AES-256-GCM, nonce = prefix ‖ index u32, AAD = header ‖ "tenant/recording/name" ‖ index ‖ last (0 or 1)
/// trailer  plaintext length u64 ‖ SHA-256(plaintext), sealed as index 0xFFFFFFFF with last = 2
/// </code>
/// The key is HKDF-SHA256 (RFC 5869) of the recording's data key, salt = nonce prefix, info = domain tag ‖ object name: journal blocks and objects never
/// share a key, so their nonces cannot meet. An empty object is one empty last chunk.
/// </summary>
internal sealed class SealedObject : IDisposable
{
    public const int ChunkLength = 64 * 1024;
    public const int TagLength = 16;
    public const int HeaderLength = 36;
    public const int TrailerLength = sizeof(long) + SHA256.HashSizeInBytes + TagLength;
    public const int StoredChunkLength = ChunkLength + TagLength;
    private const int ChunkLengthOffset = 8;
    private const int KeyIdOffset = 12;
    private const int PrefixOffset = 28;
    private const int NonceLength = 12;
    private const uint TrailerIndex = uint.MaxValue;
    private readonly AesGcm _aes;
    private readonly byte[] _nonce = new byte[NonceLength];
    private readonly byte[] _associated;

    private SealedObject(EvidenceKey key, ReadOnlySpan<byte> header, ReadOnlySpan<byte> dataKey)
    {
        Header = header.ToArray();
        var prefix = header[PrefixOffset..];
        var name = Encoding.ASCII.GetBytes(key.ToString());
        Span<byte> derived = stackalloc byte[DataKey.Length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, dataKey, derived, prefix, [.. "aftersales.video/sealed-object/v1\0"u8, .. name]);
        _aes = new AesGcm(derived, TagLength);
        CryptographicOperations.ZeroMemory(derived);
        prefix.CopyTo(_nonce);
        _associated = [.. header, .. name, 0, 0, 0, 0, 0];
    }

    public byte[] Header { get; }

    public static SealedObject Create(EvidenceKey key, ReadOnlySpan<byte> dataKey)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32BigEndian(header[ChunkLengthOffset..], ChunkLength);
        DataKey.IdOf(dataKey).CopyTo(header[KeyIdOffset..]);
        RandomNumberGenerator.Fill(header[PrefixOffset..]);
        return new SealedObject(key, header, dataKey);
    }

    /// <exception cref="EvidenceStoreException">"damaged": not a header of this version, or sealed with another key.</exception>
    public static SealedObject Open(EvidenceKey key, ReadOnlySpan<byte> header, ReadOnlySpan<byte> dataKey)
    {
        if (header.Length != HeaderLength || !header.StartsWith(Magic) || BinaryPrimitives.ReadInt32BigEndian(header[ChunkLengthOffset..]) != ChunkLength)
            throw Damaged(key, "it does not begin with the header of a sealed object");
        return header[KeyIdOffset..PrefixOffset].SequenceEqual(DataKey.IdOf(dataKey))
            ? new SealedObject(key, header, dataKey)
            : throw Damaged(key, "it was sealed with another key than its recording's");
    }

    /// <summary>Plaintext length of a sealed object of this length; false when no plaintext gives it.</summary>
    public static bool TryPlainLength(long sealedLength, out long length)
    {
        var body = sealedLength - HeaderLength - TrailerLength;
        length = body - (Chunks(body, StoredChunkLength) * TagLength);
        // A remainder shorter than a tag gives one chunk fewer when counted from the plaintext.
        return length >= 0 && Chunks(length, ChunkLength) == Chunks(body, StoredChunkLength);
    }

    public static long Chunks(long length, int chunk) => Math.Max(1, (length + chunk - 1) / chunk);

    public static EvidenceStoreException Damaged(EvidenceKey key, string how, Exception? inner = null) =>
        new("damaged", $"{key} in the store is not what was stored: {how}. Compare it with another copy.", inner);

    /// <param name="output">Plaintext length + <see cref="TagLength"/>.</param>
    public void SealChunk(uint index, bool last, ReadOnlySpan<byte> plain, Span<byte> output)
    {
        Address(index, last ? (byte)1 : (byte)0);
        _aes.Encrypt(_nonce, plain, output[..plain.Length], output[plain.Length..], _associated);
    }

    /// <summary>False when the chunk is not this object's chunk of that index.</summary>
    public bool TryOpenChunk(uint index, bool last, ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        Address(index, last ? (byte)1 : (byte)0);
        return TryDecrypt(stored, plain);
    }

    public void SealTrailer(long length, ReadOnlySpan<byte> digest, Span<byte> output)
    {
        Span<byte> plain = stackalloc byte[TrailerLength - TagLength];
        BinaryPrimitives.WriteInt64BigEndian(plain, length);
        digest.CopyTo(plain[sizeof(long)..]);
        Address(TrailerIndex, 2);
        _aes.Encrypt(_nonce, plain, output[..plain.Length], output[plain.Length..], _associated);
    }

    /// <param name="digest">Lower-case hex.</param>
    public bool TryOpenTrailer(ReadOnlySpan<byte> stored, out long length, out string digest)
    {
        Span<byte> plain = stackalloc byte[TrailerLength - TagLength];
        Address(TrailerIndex, 2);
        var opened = TryDecrypt(stored, plain);
        length = opened ? BinaryPrimitives.ReadInt64BigEndian(plain) : 0;
        digest = opened ? Convert.ToHexStringLower(plain[sizeof(long)..]) : "";
        return opened;
    }

    public void Dispose() => _aes.Dispose();

    /// <summary>True when the bytes begin like a sealed object of any version.</summary>
    public static bool IsMarked(ReadOnlySpan<byte> start) => start.StartsWith(Magic[..^1]);

    private static ReadOnlySpan<byte> Magic => "AFTSEAL\x01"u8;

    private bool TryDecrypt(ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        try
        {
            _aes.Decrypt(_nonce, stored[..^TagLength], stored[^TagLength..], plain, _associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private void Address(uint index, byte kind)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_nonce.AsSpan(NonceLength - sizeof(uint)), index);
        BinaryPrimitives.WriteUInt32BigEndian(_associated.AsSpan(_associated.Length - 5), index);
        _associated[^1] = kind;
    }
}
