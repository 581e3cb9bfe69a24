using System.Security.Cryptography;

namespace AfterSales.Video.Evidence.Keys;

/// <summary>The AES-256 key of one recording. Whoever destroys it erases the recording, wherever copies of the ciphertext are.</summary>
public static class DataKey
{
    public const int Length = 32;

    /// <summary>Length of <see cref="IdOf"/>; stands at offset 48 of a journal's head.</summary>
    public const int IdLength = 16;

    public static byte[] Create() => RandomNumberGenerator.GetBytes(Length);

    /// <summary>First 16 bytes of SHA-256 of the key: tells that a key is the right one, and nothing about the key.</summary>
    public static byte[] IdOf(ReadOnlySpan<byte> dataKey) => SHA256.HashData(dataKey)[..IdLength];
}
