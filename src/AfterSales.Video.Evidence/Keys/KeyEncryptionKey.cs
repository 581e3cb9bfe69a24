using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AfterSales.Video.Evidence.Keys;

/// <summary>A tenant's key that wraps data keys (AES-256-GCM). The wrapped form is bound to tenant, recording and this key's id.</summary>
public sealed class KeyEncryptionKey
{
    public const int Length = 32;

    /// <summary>version ‖ nonce ‖ ciphertext ‖ tag.</summary>
    public const int WrappedLength = 1 + NonceLength + DataKey.Length + TagLength;
    private const byte Version = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private readonly byte[] _key;

    /// <param name="key">32 bytes; copied.</param>
    public KeyEncryptionKey(string tenantId, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, Length, nameof(key));
        (TenantId, _key, KekId) = (tenantId, key.ToArray(), IdOf(key));
    }

    public string TenantId { get; }

    /// <summary>Derived from the key, so that a damaged key file is noticed: first 16 bytes of SHA-256(tag ‖ key), lower-case hex.</summary>
    public string KekId { get; }

    public static KeyEncryptionKey Create(string tenantId) => new(tenantId, RandomNumberGenerator.GetBytes(Length));

    /// <summary>The key itself, for its file.</summary>
    public byte[] Export() => [.. _key];

    /// <summary>Wraps a data key; 61 bytes, different each time.</summary>
    public byte[] Wrap(string recordingId, ReadOnlySpan<byte> dataKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dataKey.Length, DataKey.Length, nameof(dataKey));
        var wrapped = new byte[WrappedLength];
        wrapped[0] = Version;
        var nonce = wrapped.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(nonce, dataKey, wrapped.AsSpan(1 + NonceLength, DataKey.Length), wrapped.AsSpan(^TagLength..), AssociatedData(recordingId));
        return wrapped;
    }

    /// <summary>False when the bytes were not wrapped by this key for this recording.</summary>
    public bool TryUnwrap(string recordingId, ReadOnlySpan<byte> wrapped, out byte[] dataKey)
    {
        dataKey = [];
        if (wrapped.Length != WrappedLength || wrapped[0] != Version)
            return false;
        var plain = new byte[DataKey.Length];
        using var aes = new AesGcm(_key, TagLength);
        try
        {
            aes.Decrypt(wrapped.Slice(1, NonceLength), wrapped.Slice(1 + NonceLength, DataKey.Length), wrapped[^TagLength..], plain, AssociatedData(recordingId));
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        dataKey = plain;
        return true;
    }

    private static string IdOf(ReadOnlySpan<byte> key) =>
        Convert.ToHexStringLower(SHA256.HashData([.. "aftersales.video/kek/v1\0"u8, .. key]).AsSpan(0, 16));

    /// <summary>Each part with its length before it, so that no two triples give the same bytes.</summary>
    private byte[] AssociatedData(string recordingId)
    {
        using var bytes = new MemoryStream();
        bytes.Write("aftersales.video/data-key/v1\0"u8);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in (ReadOnlySpan<string>)[TenantId, recordingId, KekId])
        {
            var utf8 = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, utf8.Length);
            bytes.Write(length);
            bytes.Write(utf8);
        }

        return bytes.ToArray();
    }
}
