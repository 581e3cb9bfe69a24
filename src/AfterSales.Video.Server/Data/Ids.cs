using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AfterSales.Video.Server.Data;

/// <summary>Ids sort by time and are fit for evidence keys; secrets are random and only their SHA-256 is stored.</summary>
internal static class Ids
{
    /// <summary>32 lower-case hex characters (UUID version 7).</summary>
    public static string New(TimeProvider time) => Guid.CreateVersion7(time.GetUtcNow()).ToString("N");

    /// <summary>256 random bits in base64url, 43 characters.</summary>
    public static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Lower-case hex.</summary>
    public static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
