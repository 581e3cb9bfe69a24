using AfterSales.Video.Rtc.Dtls;

namespace AfterSales.Video.Rtc.Tests.Dtls;

/// <summary>Loss, duplicates, disorder and forgery between two honest ends.</summary>
public class DtlsNetworkTests(DtlsIdentities identities) : IClassFixture<DtlsIdentities>
{
    private const int LastSequenceByte = 10;

    [Fact]
    public void A_hundred_handshakes_complete_with_every_third_datagram_lost()
    {
        const int seed = 20261122;
        var random = new Random(seed);
        var pairs = Enumerable.Range(0, 100).Select(_ => QuickPair()).ToList();
        foreach (var pair in pairs)
            pair.Client.Start(DtlsPair.NowNs);

        // All at once, in rounds: the timers are OpenSSL's and real, so waiting for one is waiting for all.
        using var never = new ManualResetEvent(false);
        for (var round = 0; round < 400 && !pairs.TrueForAll(pair => pair.BothConnected); round++)
        {
            foreach (var pair in pairs)
            {
                while (pair.Exchange(datagram => random.Next(100) < 30 ? [] : [datagram]))
                {
                }
                pair.Client.HandleTimeout(DtlsPair.NowNs);
                pair.Server.HandleTimeout(DtlsPair.NowNs);
            }
            never.WaitOne(5);
        }

        Assert.True(pairs.TrueForAll(pair => pair.BothConnected), $"{pairs.Count(pair => pair.BothConnected)} of 100, seed {seed}");
        pairs.ForEach(pair => pair.Dispose());
    }

    [Fact]
    public void A_handshake_nobody_answers_ends_by_itself()
    {
        using var pair = QuickPair();
        pair.Client.Start(DtlsPair.NowNs);
        using var never = new ManualResetEvent(false);
        var flights = 0;
        while (pair.Client.State == DtlsState.Handshaking && flights < 50)
        {
            flights += pair.TakeFrom(pair.Client).Count;
            var left = TimeSpan.FromMicroseconds((pair.Client.NextTimeoutNs!.Value - DtlsPair.NowNs) / 1000.0);
            never.WaitOne(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            pair.Client.HandleTimeout(DtlsPair.NowNs);
        }
        Assert.Equal(DtlsState.Failed, pair.Client.State);
        Assert.Equal(DtlsFailure.Timeout, pair.Client.Failure);
        Assert.Null(pair.Client.NextTimeoutNs);
        Assert.InRange(flights, 5, 20);
    }

    [Fact]
    public void The_first_retransmission_is_due_after_100_ms_and_never_early()
    {
        using var pair = new DtlsPair(identities);
        var now = DtlsPair.NowNs;
        pair.Client.Start(now);
        Assert.Single(pair.TakeFrom(pair.Client));
        Assert.InRange(pair.Client.NextTimeoutNs!.Value - now, 50_000_000, 100_000_000);
        pair.Client.HandleTimeout(now);
        Assert.Empty(pair.TakeFrom(pair.Client));
    }

    [Fact]
    public void Doubled_datagrams_do_no_harm()
    {
        using var pair = new DtlsPair(identities);
        pair.Run(Limited(60, datagram => [datagram, datagram]));
        Assert.True(pair.BothConnected);
    }

    [Fact]
    public void Garbage_around_every_datagram_does_no_harm()
    {
        var random = new Random(3);
        using var pair = new DtlsPair(identities);
        pair.Run(datagram => [Noise(random, 1), Cut(random, datagram), datagram, Noise(random, 1100), Noise(random, 13)]);
        Assert.True(pair.BothConnected);
        for (var i = 0; i < 2000; i++)
            pair.Server.Receive(Noise(random, random.Next(1, 200)), DtlsPair.NowNs);
        Assert.Equal(DtlsState.Connected, pair.Server.State);
    }

    [Fact]
    public void Forged_hellos_during_and_after_a_handshake_do_not_disturb_the_server()
    {
        for (var run = 0; run < 100; run++)
        {
            using var pair = new DtlsPair(identities);
            using var stranger = new DtlsPair(identities);
            stranger.Client.Start(DtlsPair.NowNs);
            var hello = stranger.TakeFrom(stranger.Client)[0];
            var sequence = (byte)0;
            pair.Client.Start(DtlsPair.NowNs);
            for (var round = 0; round < 3; round++)
            {
                foreach (var datagram in pair.TakeFrom(pair.Client))
                {
                    pair.Server.Receive(datagram, DtlsPair.NowNs);
                    hello[LastSequenceByte] = ++sequence;
                    pair.Server.Receive(hello, DtlsPair.NowNs);
                }
                foreach (var datagram in pair.TakeFrom(pair.Server))
                    pair.Client.Receive(datagram, DtlsPair.NowNs);
            }
            Assert.True(pair.BothConnected, $"client {pair.Client.State} {pair.Client.Failure}, server {pair.Server.State} {pair.Server.Failure}");
        }
    }

    [Fact]
    public void A_forged_alert_does_not_end_a_connected_session()
    {
        using var pair = new DtlsPair(identities);
        pair.Run();
        byte[] closeNotify = [21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0];
        byte[] fatal = [21, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40];
        pair.Server.Receive(closeNotify, DtlsPair.NowNs);
        pair.Server.Receive(fatal, DtlsPair.NowNs);
        Assert.Equal(DtlsState.Connected, pair.Server.State);
    }

    [Fact]
    public void A_protected_record_shorter_than_its_tag_is_dropped()
    {
        for (byte length = 0; length < 40; length++)
        {
            using var pair = new DtlsPair(identities);
            pair.Run();
            for (byte type = 20; type < 24; type++)
                pair.Server.Receive([type, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 1, type, 0, length, .. new byte[length]], DtlsPair.NowNs);
            Assert.Equal(DtlsState.Connected, pair.Server.State);

            // Still in order: the real farewell is understood.
            pair.Client.Close();
            pair.Exchange(datagram => [datagram]);
            Assert.Equal(DtlsState.Closed, pair.Server.State);
        }
    }

    [Fact]
    public void The_last_flight_is_repeated_when_the_client_repeats_its_own()
    {
        using var pair = QuickPair();
        pair.Client.Start(DtlsPair.NowNs);
        // Two rounds, or more where the machine stops the test for longer than the timers are.
        for (var round = 0; round < 10; round++)
        {
            foreach (var datagram in pair.TakeFrom(pair.Client))
                pair.Server.Receive(datagram, DtlsPair.NowNs);
            if (pair.Server.State == DtlsState.Connected)
                break;
            foreach (var datagram in pair.TakeFrom(pair.Server))
                pair.Client.Receive(datagram, DtlsPair.NowNs);
            pair.Client.HandleTimeout(DtlsPair.NowNs);
        }

        Assert.Equal(DtlsState.Connected, pair.Server.State);
        Assert.NotEmpty(pair.TakeFrom(pair.Server));
        Assert.Equal(DtlsState.Handshaking, pair.Client.State);

        using var never = new ManualResetEvent(false);
        for (var i = 0; i < 40 && pair.Client.State == DtlsState.Handshaking; i++)
        {
            never.WaitOne(5);
            pair.Client.HandleTimeout(DtlsPair.NowNs);
            pair.Exchange(datagram => [datagram]);
        }
        Assert.True(pair.BothConnected);
    }

    /// <summary>Two ends that answer doubled datagrams with doubled flights would never fall silent.</summary>
    private static Func<byte[], IEnumerable<byte[]>> Limited(int datagrams, Func<byte[], IEnumerable<byte[]>> network)
    {
        var left = datagrams;
        return datagram => left-- > 0 ? network(datagram) : [datagram];
    }

    private static byte[] Noise(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        bytes[0] = (byte)random.Next(20, 64);
        return bytes;
    }

    private static byte[] Cut(Random random, byte[] datagram) => datagram[..random.Next(1, datagram.Length)];

    private DtlsPair QuickPair() => new(identities)
    {
        Client = new DtlsSession(identities.QuickClient, DtlsRole.Client, identities.Server.Certificate.Fingerprint, DtlsPair.BothProfiles),
        Server = new DtlsSession(identities.QuickServer, DtlsRole.Server, identities.Client.Certificate.Fingerprint, DtlsPair.BothProfiles),
    };
}
