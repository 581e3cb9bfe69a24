namespace AfterSales.Video.Rtc.Srtp;

/// <summary>Master keys and salts of one transport, seen from this side (RFC 3711 §3.2.1). Secret: never logged.</summary>
public sealed class SrtpKeys
{
    /// <param name="localKey">16 bytes, protects what we send.</param>
    /// <param name="localSalt">14 bytes for AES-CM, 12 for GCM.</param>
    public SrtpKeys(SrtpProfile profile, ReadOnlySpan<byte> localKey, ReadOnlySpan<byte> localSalt, ReadOnlySpan<byte> remoteKey, ReadOnlySpan<byte> remoteSalt)
    {
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
}
