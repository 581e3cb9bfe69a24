using System.Buffers.Binary;
using AfterSales.Video.Rtc.Srtp;

namespace AfterSales.Video.Rtc.Tests.Srtp;

public class SrtpSessionTests
{
    public static TheoryData<SrtpProfile> Profiles => [SrtpProfile.AeadAes128Gcm, SrtpProfile.Aes128CmHmacSha1Tag80];

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Any_packet_comes_back_as_it_was(SrtpProfile profile)
    {
        for (var seed = 0; seed < 500; seed++)
        {
            using var pair = new SrtpPair(profile, seed);
            var random = new Random(seed);
            var header = RandomHeader(random);
            var payload = SrtpPair.Payload(seed, random.Next(0, 1300));
            var packet = pair.ProtectRtp(header, payload);
            Assert.Equal(header, packet[..header.Length]);
            Assert.True(pair.ReceiveRtp(packet) is { } plain && plain.AsSpan().SequenceEqual([.. header, .. payload]), $"seed {seed}");

            var report = SrtpPair.Rtcp((uint)seed, 8 + (4 * random.Next(0, 300)));
            Assert.True(pair.ReceiveRtcp(pair.ProtectRtcp(report)) is { } plainReport && plainReport.AsSpan().SequenceEqual(report), $"seed {seed}");
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Loss_reordering_and_five_rollovers_do_not_confuse_the_counter(SrtpProfile profile)
    {
        const int seed = 4711;
        using var pair = new SrtpPair(profile);
        var random = new Random(seed);
        var late = new Queue<(int Index, byte[] Packet)>();
        for (var index = 30_000; index < 5 * 65_536; index++)
        {
            // Some 600 late, which is inside the window, whatever came meanwhile.
            while (late.TryPeek(out var oldest) && index - oldest.Index > 600)
                Assert.True(pair.ReceiveRtp(late.Dequeue().Packet) is not null, $"late at {index}, seed {seed}: {pair.Receiver.LastRejection}");

            // Sparse inside a round, dense where the sequence number wraps; a third of it lost.
            var dense = (index & 0xFFFF) is < 100 or > 65_400;
            if (!dense && index % 211 != 0)
                continue;
            var packet = pair.ProtectRtp(42, (ushort)index, 20);
            var fate = random.Next(3);
            if (fate == 0)
                late.Enqueue((index, packet));
            else if (fate == 1)
                Assert.True(pair.ReceiveRtp(packet) is not null, $"index {index}, seed {seed}: {pair.Receiver.LastRejection}");
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Every_replayed_packet_is_refused(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var rtp = Enumerable.Range(65_000, 3000).Select(index => pair.ProtectRtp(7, (ushort)index, 30)).ToList();
        var rtcp = Enumerable.Range(0, 3000).Select(_ => pair.ProtectRtcp(SrtpPair.Rtcp(7))).ToList();
        Assert.All(rtp, packet => Assert.NotNull(pair.ReceiveRtp(packet)));
        Assert.All(rtcp, packet => Assert.NotNull(pair.ReceiveRtcp(packet)));

        Assert.All(rtp, packet => Assert.Null(pair.ReceiveRtp(packet)));
        Assert.All(rtcp, packet => Assert.Null(pair.ReceiveRtcp(packet)));
        Assert.Equal(6000, pair.Receiver.CountRejected(SrtpRejection.Replayed));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void One_changed_bit_anywhere_is_noticed(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var packet = pair.ProtectRtp(7, 100, 40);
        var report = pair.ProtectRtcp(SrtpPair.Rtcp(7));
        for (var bit = 0; bit < packet.Length * 8; bit++)
            Assert.Null(pair.ReceiveRtp(Flipped(packet, bit)));
        for (var bit = 0; bit < report.Length * 8; bit++)
            Assert.Null(pair.ReceiveRtcp(Flipped(report, bit)));
        Assert.Equal(0, pair.Receiver.ReceivedSources);
        Assert.NotNull(pair.ReceiveRtp(packet));
        Assert.NotNull(pair.ReceiveRtcp(report));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_forged_first_packet_changes_nothing(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var genuine = pair.ProtectRtp(7, 100);
        foreach (var sequence in new ushort[] { 0, 101, 40_000, 65_535 })
            Assert.Null(pair.ReceiveRtp(Forged(7, sequence)));
        Assert.Equal(0, pair.Receiver.ReceivedSources);
        Assert.NotNull(pair.ReceiveRtp(genuine));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Forged_packets_in_a_call_do_not_move_the_rollover_counter_or_the_window(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        Assert.NotNull(pair.ReceiveRtp(pair.ProtectRtp(7, 60_000)));
        for (var step = 0; step < 65_536; step += 11)
            Assert.Null(pair.ReceiveRtp(Forged(7, (ushort)(60_001 + step))));
        for (var sequence = 60_001; sequence < 60_050; sequence++)
            Assert.NotNull(pair.ReceiveRtp(pair.ProtectRtp(7, (ushort)sequence)));
    }

    [Fact]
    public void A_million_random_sources_leave_the_heap_flat_and_the_call_untouched()
    {
        using var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm);
        Assert.NotNull(pair.ReceiveRtp(pair.ProtectRtp(7, 1)));
        var forged = Forged(0, 0);
        var random = new Random(99);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000_000; i++)
        {
            random.NextBytes(forged.AsSpan(2));
            if (pair.Receiver.TryUnprotectRtp(forged, out _))
                Assert.Fail("A forged packet was accepted.");
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1, pair.Receiver.ReceivedSources);
        Assert.Equal(1_000_000, pair.Receiver.CountRejected(SrtpRejection.AuthenticationFailed));
        Assert.NotNull(pair.ReceiveRtp(pair.ProtectRtp(7, 2)));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_seventeenth_source_is_refused_in_both_directions(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        using var second = new SrtpPair(profile);
        for (uint ssrc = 1; ssrc <= SrtpSession.MaxSources; ssrc++)
        {
            Assert.NotNull(pair.ReceiveRtp(pair.ProtectRtp(ssrc, 1)));
            Assert.NotNull(pair.ReceiveRtcp(pair.ProtectRtcp(SrtpPair.Rtcp(ssrc))));
        }

        Assert.Equal(0, pair.Sender.ProtectRtp(SrtpPair.Header(17, 1), [1], new byte[100]));
        Assert.Equal(SrtpRejection.TooManySources, pair.Sender.LastRejection);
        Assert.Null(pair.ReceiveRtp(second.ProtectRtp(17, 1)));
        Assert.Equal(SrtpRejection.TooManySources, pair.Receiver.LastRejection);
        Assert.Null(pair.ReceiveRtcp(second.ProtectRtcp(SrtpPair.Rtcp(17))));
        Assert.NotNull(pair.ReceiveRtp(pair.ProtectRtp(16, 2)));
    }

    [Fact]
    public void A_nonce_is_never_used_twice_with_GCM()
    {
        using var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm);
        pair.ProtectRtp(7, 100);
        pair.ProtectRtp(7, 2000);
        foreach (var sequence in new ushort[] { 100, 2000, 976 })
        {
            Assert.Equal(0, pair.Sender.ProtectRtp(SrtpPair.Header(7, sequence), [1], new byte[100]));
            Assert.Equal(SrtpRejection.NonceReused, pair.Sender.LastRejection);
        }
        pair.ProtectRtp(7, 1999);
    }

    [Fact]
    public void A_packet_sent_again_with_counter_mode_is_the_same_packet()
    {
        using var pair = new SrtpPair(SrtpProfile.Aes128CmHmacSha1Tag80);
        var first = pair.ProtectRtp(7, 65_500);
        for (var index = 65_501; index < 66_000; index++)
            pair.ProtectRtp(7, (ushort)index);
        Assert.Equal(first, pair.ProtectRtp(7, 65_500));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Malformed_and_cut_packets_are_refused_without_an_exception(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var packet = pair.ProtectRtp(RandomHeader(new Random(5)), [1, 2, 3]);
        var report = pair.ProtectRtcp(SrtpPair.Rtcp(7));
        for (var length = 0; length < packet.Length; length++)
            Assert.Null(pair.ReceiveRtp(packet[..length]));
        for (var length = 0; length < report.Length; length++)
            Assert.Null(pair.ReceiveRtcp(report[..length]));
        Assert.Null(pair.ReceiveRtp(new byte[100]));
        Assert.Equal(0, pair.Sender.ProtectRtp(new byte[12], [1], new byte[100]));
        Assert.Equal(SrtpRejection.Malformed, pair.Sender.LastRejection);
        Assert.Equal(0, pair.Sender.ProtectRtp(new byte[11], [1], new byte[100]));
        Assert.Equal(0, pair.Sender.ProtectRtcp(new byte[7], new byte[100]));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_destination_too_short_throws_and_uses_up_no_index(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var header = SrtpPair.Header(7, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Sender.ProtectRtp(header, new byte[100], new byte[112]));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Sender.ProtectRtcp(SrtpPair.Rtcp(7), new byte[28]));
        Assert.NotNull(pair.ReceiveRtp(pair.ProtectRtp(7, 1)));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Ten_thousand_packets_each_way_allocate_nothing(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var header = SrtpPair.Header(7, 0);
        var payload = new byte[1188];
        var packet = new byte[1300];
        var report = SrtpPair.Rtcp(7);
        Send(pair, header, payload, packet, report, 0, 100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Send(pair, header, payload, packet, report, 100, 10_100);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_disposed_session_says_so()
    {
        var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm);
        pair.Dispose();
        pair.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pair.Sender.ProtectRtp(SrtpPair.Header(7, 1), [1], new byte[100]));
    }

    private static void Send(SrtpPair pair, byte[] header, byte[] payload, byte[] packet, byte[] report, int from, int to)
    {
        for (var index = from; index < to; index++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)index);
            var length = pair.Sender.ProtectRtp(header, payload, packet);
            if (!pair.Receiver.TryUnprotectRtp(packet.AsSpan(0, length), out _))
                Assert.Fail($"packet {index}: {pair.Receiver.LastRejection}");
            length = pair.Sender.ProtectRtcp(report, packet);
            if (!pair.Receiver.TryUnprotectRtcp(packet.AsSpan(0, length), out _))
                Assert.Fail($"report {index}: {pair.Receiver.LastRejection}");
        }
    }

    private static byte[] RandomHeader(Random random)
    {
        var sources = random.Next(0, 16);
        var words = random.Next(0, 8);
        var header = new byte[12 + (4 * sources) + 4 + (4 * words)];
        random.NextBytes(header);
        header[0] = (byte)(0x90 | sources);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14 + (4 * sources)), (ushort)words);
        return header;
    }

    private static byte[] Forged(uint ssrc, ushort sequenceNumber) => [.. SrtpPair.Header(ssrc, sequenceNumber), .. SrtpPair.Payload(sequenceNumber, 40)];

    private static byte[] Flipped(byte[] packet, int bit)
    {
        var copy = packet.ToArray();
        copy[bit / 8] ^= (byte)(1 << (bit % 8));
        return copy;
    }
}
