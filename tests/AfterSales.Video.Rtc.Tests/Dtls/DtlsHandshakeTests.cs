using AfterSales.Video.Rtc.Dtls;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Rtc.Srtp;
using AfterSales.Video.Rtc.Tests.Srtp;

namespace AfterSales.Video.Rtc.Tests.Dtls;

public class DtlsHandshakeTests(DtlsIdentities identities) : IClassFixture<DtlsIdentities>
{
    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.Aes128CmHmacSha1Tag80)]
    public void Both_sides_connect_and_media_protected_by_one_is_read_by_the_other(SrtpProfile profile)
    {
        using var pair = new DtlsPair(identities, [profile]);
        pair.Run();

        Assert.True(pair.BothConnected);
        Assert.Equal(profile, pair.Client.SrtpProfile);
        Assert.Equal(profile, pair.Server.SrtpProfile);
        Assert.Null(pair.Client.NextTimeoutNs);
        Assert.Null(pair.Server.NextTimeoutNs);
        AssertMediaFlows(pair.Client, pair.Server);
        AssertMediaFlows(pair.Server, pair.Client);
    }

    [Fact]
    public void The_order_of_the_server_decides_the_profile()
    {
        using var pair = new DtlsPair(identities, [.. DtlsPair.BothProfiles.Reverse()]);
        pair.Run();
        Assert.Equal(SrtpProfile.AeadAes128Gcm, pair.Server.SrtpProfile);
    }

    [Fact]
    public void Without_a_common_profile_nobody_is_connected()
    {
        using var pair = new DtlsPair(identities, [SrtpProfile.AeadAes128Gcm], [SrtpProfile.Aes128CmHmacSha1Tag80]);
        pair.Run();
        Assert.Equal(DtlsFailure.NoSrtpProfile, pair.Server.Failure);
        Assert.NotEqual(DtlsState.Connected, pair.Client.State);
        Assert.False(pair.Server.TryExportSrtpKeys(out _));
    }

    [Fact]
    public void No_datagram_is_larger_than_1200_bytes_and_the_server_answers_in_one()
    {
        using var pair = new DtlsPair(identities);
        var sizes = new List<int>();
        pair.Run(datagram =>
        {
            sizes.Add(datagram.Length);
            return [datagram];
        });
        Assert.All(sizes, size => Assert.InRange(size, 1, DtlsContext.MaxDatagram));
        Assert.Equal(4, sizes.Count);
    }

    [Fact]
    public void A_client_with_another_certificate_than_its_offer_is_never_connected()
    {
        using var pair = new DtlsPair(identities)
        {
            Server = new DtlsSession(identities.Server, DtlsRole.Server, Other, DtlsPair.BothProfiles),
        };
        pair.Run();
        AssertRefused(pair.Server);
        Assert.Equal(DtlsState.Failed, pair.Client.State);
        Assert.Equal(DtlsFailure.Handshake, pair.Client.Failure);
    }

    [Fact]
    public void A_server_with_another_certificate_than_its_answer_is_never_connected()
    {
        using var pair = new DtlsPair(identities)
        {
            Client = new DtlsSession(identities.Client, DtlsRole.Client, Other, DtlsPair.BothProfiles),
        };
        pair.Run();
        AssertRefused(pair.Client);
        Assert.NotEqual(DtlsState.Connected, pair.Server.State);
    }

    [Fact]
    public void One_flipped_bit_anywhere_in_the_fingerprint_is_another_certificate()
    {
        for (var bit = 0; bit < 256; bit += 17)
        {
            var digest = identities.Client.Certificate.Fingerprint.Digest.ToArray();
            digest[bit / 8] ^= (byte)(1 << (bit % 8));
            using var pair = new DtlsPair(identities)
            {
                Server = new DtlsSession(identities.Server, DtlsRole.Server, new DtlsFingerprint("sha-256", digest), DtlsPair.BothProfiles),
            };
            pair.Run();
            AssertRefused(pair.Server);
        }
    }

    [Fact]
    public void Only_sha_256_fingerprints_are_taken()
    {
        Assert.Throws<ArgumentException>(() => new DtlsSession(identities.Server, DtlsRole.Server, new DtlsFingerprint("sha-1", new byte[20]), DtlsPair.BothProfiles));
        Assert.Throws<ArgumentException>(() => new DtlsSession(identities.Server, DtlsRole.Server, new DtlsFingerprint("sha-256", new byte[31]), DtlsPair.BothProfiles));
    }

    [Fact]
    public void Closing_tells_the_other_side()
    {
        using var pair = new DtlsPair(identities);
        pair.Run();
        pair.Client.Close();
        pair.Exchange(datagram => [datagram]);
        Assert.Equal(DtlsState.Closed, pair.Client.State);
        Assert.Equal(DtlsState.Closed, pair.Server.State);
        Assert.False(pair.Server.TryExportSrtpKeys(out _));
    }

    [Fact]
    public void A_disposed_session_takes_anything_and_does_nothing()
    {
        var pair = new DtlsPair(identities);
        pair.Run();
        pair.Dispose();
        pair.Server.Receive([22, 1, 2, 3], DtlsPair.NowNs);
        pair.Server.HandleTimeout(DtlsPair.NowNs);
        pair.Server.Close();
        pair.Server.Start(DtlsPair.NowNs);
        Assert.Equal(DtlsState.Closed, pair.Server.State);
        Assert.False(pair.Server.TryExportSrtpKeys(out _));
    }

    private static DtlsFingerprint Other => new("sha-256", new byte[32]);

    private static void AssertRefused(DtlsSession session)
    {
        Assert.Equal(DtlsState.Failed, session.State);
        Assert.Equal(DtlsFailure.FingerprintMismatch, session.Failure);
        Assert.Null(session.SrtpProfile);
        Assert.Null(session.NextTimeoutNs);
        Assert.False(session.TryExportSrtpKeys(out _));
    }

    private static void AssertMediaFlows(DtlsSession from, DtlsSession to)
    {
        Assert.True(from.TryExportSrtpKeys(out var fromKeys));
        Assert.True(to.TryExportSrtpKeys(out var toKeys));
        using var sender = new SrtpSession(fromKeys);
        using var receiver = new SrtpSession(toKeys);
        var payload = SrtpPair.Payload(7, 100);
        var packet = new byte[200];
        var length = sender.ProtectRtp(SrtpPair.Header(5, 9), payload, packet);
        Assert.True(receiver.TryUnprotectRtp(packet.AsSpan(0, length), out var plain));
        Assert.Equal(payload, packet[12..plain]);
    }
}
