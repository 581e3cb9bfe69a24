using AfterSales.Video.Native.OpenSsl;

namespace AfterSales.Video.Rtc.Srtp;

/// <summary>
/// The session keys of one direction. Derived once: the key derivation rate of DTLS-SRTP is 0 (RFC 5764 §4.1.2), so
/// they last as long as the transport.
/// </summary>
internal sealed class SrtpSessionKeys
{
    internal required SrtpStreamKeys Rtp { get; init; }
    internal required SrtpStreamKeys Rtcp { get; init; }

    /// <summary>RFC 3711 §4.3.1; labels of §4.3.2, and RFC 7714 §11 for GCM, which has no authentication key.</summary>
    internal static SrtpSessionKeys Derive(SrtpProfile profile, ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt)
    {
        using var prf = new AesCtr(masterKey);
        return new SrtpSessionKeys { Rtp = DeriveStream(prf, profile, masterSalt, 0), Rtcp = DeriveStream(prf, profile, masterSalt, 3) };
    }

    private static SrtpStreamKeys DeriveStream(AesCtr prf, SrtpProfile profile, ReadOnlySpan<byte> masterSalt, byte firstLabel) => new()
    {
        Key = DeriveKey(prf, masterSalt, firstLabel, AesCipher.KeyBytes),
        Authentication = profile == SrtpProfile.AeadAes128Gcm ? [] : DeriveKey(prf, masterSalt, (byte)(firstLabel + 1), HmacSha1.DigestBytes),
        Salt = DeriveKey(prf, masterSalt, (byte)(firstLabel + 2), SrtpKeys.SaltBytes(profile)),
    };

    /// <summary>
    /// AES-CM key stream whose counter starts at (label · 2^48 xor salt) · 2^16. A 12-byte salt is extended with zeros on
    /// the right, as every implementation does.
    /// </summary>
    internal static byte[] DeriveKey(AesCtr prf, ReadOnlySpan<byte> masterSalt, byte label, int length)
    {
        Span<byte> counter = stackalloc byte[AesCtr.IvBytes];
        counter.Clear();
        masterSalt.CopyTo(counter);
        counter[7] ^= label;
        var key = new byte[length];
        prf.Transform(counter, key, key);
        return key;
    }
}

/// <summary>Session keys of one direction for either SRTP or SRTCP.</summary>
internal sealed class SrtpStreamKeys
{
    /// <summary>16 bytes.</summary>
    internal required byte[] Key { get; init; }

    /// <summary>20 bytes for HMAC-SHA1, none for GCM.</summary>
    internal required byte[] Authentication { get; init; }

    /// <summary>14 bytes for AES-CM, 12 for GCM.</summary>
    internal required byte[] Salt { get; init; }
}
