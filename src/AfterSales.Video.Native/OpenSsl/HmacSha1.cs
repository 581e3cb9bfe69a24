namespace AfterSales.Video.Native.OpenSsl;

/// <summary>
/// HMAC-SHA1 (RFC 2104) with the keyed inner and outer states kept: a packet costs two copies of 96 bytes instead of
/// rehashing the key, and none of EVP_MAC's layers. Thread-safe: the states are never written.
/// </summary>
public sealed unsafe class HmacSha1
{
    public const int DigestBytes = 20;
    private const int BlockBytes = 64;

    private readonly Sha1State _inner;
    private readonly Sha1State _outer;

    /// <param name="key">At most 64 bytes; SRTP uses 20.</param>
    public HmacSha1(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, BlockBytes, nameof(key));
        _inner = Keyed(key, 0x36);
        _outer = Keyed(key, 0x5c);
    }

    /// <summary>The 20-byte code of <paramref name="first"/> followed by <paramref name="second"/>.</summary>
    public void Compute(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> digest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(digest.Length, DigestBytes, nameof(digest));
        var state = _inner;
        fixed (byte* firstPointer = first, secondPointer = second, digestPointer = digest)
        {
            var hashed = LibCrypto.Sha1Update(&state, firstPointer, (nuint)first.Length)
                & LibCrypto.Sha1Update(&state, secondPointer, (nuint)second.Length)
                & LibCrypto.Sha1Final(digestPointer, &state);
            state = _outer;
            hashed &= LibCrypto.Sha1Update(&state, digestPointer, DigestBytes) & LibCrypto.Sha1Final(digestPointer, &state);
            OpenSslException.ThrowUnlessOne(hashed, "SHA1");
        }
    }

    private static Sha1State Keyed(ReadOnlySpan<byte> key, byte padding)
    {
        var block = stackalloc byte[BlockBytes];
        var span = new Span<byte>(block, BlockBytes);
        key.CopyTo(span);
        foreach (ref var value in span)
            value ^= padding;
        Sha1State state;
        OpenSslException.ThrowUnlessOne(LibCrypto.Sha1Init(&state) & LibCrypto.Sha1Update(&state, block, BlockBytes), "SHA1");
        LibCrypto.Cleanse(block, BlockBytes);
        return state;
    }
}
