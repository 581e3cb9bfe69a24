using System.Security.Cryptography;

namespace AfterSales.Video.Rtc.Srtp;

/// <summary>Master keys and salts of one transport, seen from this side (RFC 3711 §3.2.1). Secret: never logged, wiped on dispose.</summary>
public sealed class SrtpKeys : IDisposable
{
    /// <summary>Both profiles use AES-128.</summary>
    public const int KeyBytes = 16;

    /// <param name="localKey">16 bytes, protects what we send.</param>
    /// <param name="localSalt"><see cref="SaltBytes"/> bytes.</param>
    /// <param name="remoteKey">16 bytes, protects what we receive.</param>
    public SrtpKeys(SrtpProfile profile, ReadOnlySpan<byte> localKey, ReadOnlySpan<byte> localSalt, ReadOnlySpan<byte> remoteKey, ReadOnlySpan<byte> remoteSalt)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(localKey.Length, KeyBytes, nameof(localKey));
        ArgumentOutOfRangeException.ThrowIfNotEqual(remoteKey.Length, KeyBytes, nameof(remoteKey));
        ArgumentOutOfRangeException.ThrowIfNotEqual(localSalt.Length, SaltBytes(profile), nameof(localSalt));
        ArgumentOutOfRangeException.ThrowIfNotEqual(remoteSalt.Length, SaltBytes(profile), nameof(remoteSalt));
        Profile = profile;
        LocalKey = localKey.ToArray();
        LocalSalt = localSalt.ToArray();
        RemoteKey = remoteKey.ToArray();
        RemoteSalt = remoteSalt.ToArray();
    }

    public SrtpProfile Profile { get; }
    internal byte[] LocalKey { get; }
    internal byte[] LocalSalt { get; }
    internal byte[] RemoteKey { get; }
    internal byte[] RemoteSalt { get; }

    /// <summary>14 for AES-CM (RFC 3711 §8.2), 12 for GCM (RFC 7714 §12).</summary>
    public static int SaltBytes(SrtpProfile profile) => profile == SrtpProfile.AeadAes128Gcm ? 12 : 14;

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(LocalKey);
        CryptographicOperations.ZeroMemory(LocalSalt);
        CryptographicOperations.ZeroMemory(RemoteKey);
        CryptographicOperations.ZeroMemory(RemoteSalt);
    }
}
