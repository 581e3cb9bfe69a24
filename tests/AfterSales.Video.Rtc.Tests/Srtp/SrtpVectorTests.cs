using AfterSales.Video.Native.OpenSsl;
using AfterSales.Video.Rtc.Srtp;

namespace AfterSales.Video.Rtc.Tests.Srtp;

/// <summary>The published vectors of RFC 3711 and RFC 7714, and of RFC 2202 for the hash under them.</summary>
public class SrtpVectorTests
{
    private const string GcmKey = "000102030405060708090a0b0c0d0e0f";
    private const string GcmSalt = "517569642070726f2071756f";

    private const string GcmRtp =
        "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e697320646976" + "69736120696e207061727465732074726573";

    private const string GcmSrtp =
        "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd5" + "0d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce";

    private const string GcmRtcp = "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";

    private const string GcmSrtcp =
        "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b" + "c84aa45896cf4d2fc5abf87245d9eade800005d4";

    private const string GcmSrtcpTagged =
        "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef" + "841dd9683dd78ec92ae58790125f62b3000005d4";

    [Fact]
    public void The_counter_mode_key_stream_is_that_of_RFC_3711_B_2()
    {
        using var cipher = new AesCtr(Hex("2B7E151628AED2A6ABF7158809CF4F3C"));
        var stream = new byte[0xFF04 * 16];
        cipher.Transform(Hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000"), stream, stream);

        Assert.Equal("E03EAD0935C95E80E166B16DD92B4EB4" + "D23513162B02D0F72A43A2FE4A5F97AB" + "41E95B3BB0A2E8DD477901E4FCA894C0", HexOf(stream.AsSpan(0, 48)));
        Assert.Equal("EC8CDF7398607CB0F2D21675EA9EA1E4" + "362B7C3C6773516318A077D7FC5073AE" + "6A2CC3787889374FBEB4C81B17BA6C44", HexOf(stream.AsSpan(0xFEFF * 16, 48)));
    }

    [Fact]
    public void Session_keys_are_derived_as_in_RFC_3711_B_3()
    {
        var keys = SrtpSessionKeys.Derive(
            SrtpProfile.Aes128CmHmacSha1Tag80, Hex("E1F97A0D3E018BE0D64FA32C06DE4139"), Hex("0EC675AD498AFEEBB6960B3AABE6"));
        Assert.Equal("C61E7A93744F39EE10734AFE3FF7A087", HexOf(keys.Rtp.Key));
        Assert.Equal("30CBBC08863D8C85D49DB34A9AE1", HexOf(keys.Rtp.Salt));
        Assert.Equal("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4", HexOf(keys.Rtp.Authentication));

        // The RFC prints 94 bytes of authentication key; SRTP uses 20, the derivation must give them all.
        using var prf = new AesCtr(Hex("E1F97A0D3E018BE0D64FA32C06DE4139"));
        var all = SrtpSessionKeys.DeriveKey(prf, Hex("0EC675AD498AFEEBB6960B3AABE6"), 1, 94);
        Assert.Equal(
            "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF7227098" +
            "6371C10C9A369AC2F94A8C5FBCDDDC256D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2",
            HexOf(all));
    }

    [Fact]
    public void HMAC_SHA1_agrees_with_RFC_2202()
    {
        var digest = new byte[HmacSha1.DigestBytes];
        new HmacSha1(Enumerable.Repeat((byte)0x0b, 20).ToArray()).Compute("Hi"u8, " There"u8, digest);
        Assert.Equal("B617318655057264E28BC0B6FB378C8EF146BE00", HexOf(digest));
        new HmacSha1("Jefe"u8).Compute("what do ya want for nothing?"u8, [], digest);
        Assert.Equal("EFFCDF6AE5EB2FA2D27416D5F184DF9C259A7C79", HexOf(digest));
    }

    [Fact]
    public void RTP_is_sealed_as_in_RFC_7714_16_1_1()
    {
        using var session = GcmSession();
        var packet = new byte[Hex(GcmSrtp).Length];
        Assert.Equal(packet.Length, session.ProtectRtp(Hex(GcmRtp).AsSpan(0, 12), Hex(GcmRtp).AsSpan(12), packet));
        Assert.Equal(HexOf(Hex(GcmSrtp)), HexOf(packet));
    }

    [Fact]
    public void RTP_is_opened_as_in_RFC_7714_16_1_2()
    {
        using var session = GcmSession();
        var packet = Hex(GcmSrtp);
        Assert.True(session.TryUnprotectRtp(packet, out var length));
        Assert.Equal(HexOf(Hex(GcmRtp)), HexOf(packet.AsSpan(0, length)));
    }

    [Fact]
    public void A_tag_over_the_whole_packet_is_that_of_RFC_7714_16_1_3()
    {
        using var sealer = new AesGcmSealer(Hex(GcmKey));
        var iv = new byte[AesGcm.IvBytes];
        GcmLayout.WriteIv(Hex(GcmSalt), 0x5501a0b2, 0xf17b, iv);
        var tag = new byte[AesGcm.TagBytes];
        sealer.Seal(iv, Hex(GcmRtp), [], tag);
        Assert.Equal("51753C6580C2726F20718414", HexOf(iv));
        Assert.Equal("22493F82D2BCE397E9D79E3B19AA4216", HexOf(tag));
    }

    [Theory]
    [InlineData(GcmSrtcp)]
    [InlineData(GcmSrtcpTagged)]
    public void RTCP_is_opened_as_in_RFC_7714_17(string protectedPacket)
    {
        using var session = GcmSession();
        var packet = Hex(protectedPacket);
        Assert.True(session.TryUnprotectRtcp(packet, out var length));
        Assert.Equal(HexOf(Hex(GcmRtcp)), HexOf(packet.AsSpan(0, length)));
    }

    [Fact]
    public void RTCP_is_sealed_as_in_RFC_7714_17_1()
    {
        using var session = GcmSession();
        var packet = new byte[Hex(GcmSrtcp).Length];
        for (var index = 0; index <= 0x5d4; index++)
            Assert.Equal(packet.Length, session.ProtectRtcp(Hex(GcmRtcp), packet));
        Assert.Equal(HexOf(Hex(GcmSrtcp)), HexOf(packet));
    }

    private static SrtpSession GcmSession()
    {
        var stream = new SrtpStreamKeys { Key = Hex(GcmKey), Salt = Hex(GcmSalt), Authentication = [] };
        var keys = new SrtpSessionKeys { Rtp = stream, Rtcp = stream };
        return new SrtpSession(SrtpProfile.AeadAes128Gcm, keys, keys);
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);

    private static string HexOf(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);
}
