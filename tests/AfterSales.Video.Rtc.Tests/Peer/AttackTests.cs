using System.Net;
using System.Text;
using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Ice;
using AfterSales.Video.Rtc.Tests.Loop;

namespace AfterSales.Video.Rtc.Tests.Peer;

/// <summary>What strangers and liars can send. The live call beside it must go on. Not in parallel: the memory measured is the process's.</summary>
[Collection(nameof(AttackTests))]
[CollectionDefinition(nameof(AttackTests), DisableParallelization = true)]
public sealed class AttackTests
{
    [Fact]
    public async Task Another_certificate_than_the_offers_gets_nothing_to_the_observer()
    {
        await using var calls = TestCalls.Start();
        var call = await calls.BeginAsync(changeOffer: WithAnotherFingerprint);
        Assert.Equal(PeerCloseReason.FingerprintMismatch, await call.Observer.Closed.WaitAsync(TestCalls.Patience));
        await call.SendAsync(20);
        await calls.Server.InvokeAsync(() => { });
        Assert.Equal(0, call.Observer.Rtp + call.Observer.Rtcp);
        Assert.DoesNotContain(call.Observer.States, state => state.State == PeerState.Connected);
    }

    [Fact]
    public async Task Media_and_handshakes_from_an_address_without_a_check_are_dropped()
    {
        await using var calls = TestCalls.Start();
        var call = await calls.ConnectAsync();
        using var stranger = new Stranger(calls.Server);
        var rtp = TestCall.Header(call.Client.Media[1].Ssrc).Concat(new byte[200]).ToArray();
        for (var i = 0; i < 50; i++)
        {
            stranger.Send(rtp);
            stranger.Send(ClientHello());
        }

        await WaitUntil.TrueAsync(() => calls.Server.Counters.DroppedUnvalidated == 100);
        Assert.Equal(0, call.Peer.Statistics.PacketsRejected);
        Assert.Equal(0, stranger.CountAnswers());
        await call.ExpectMediaAsync();
    }

    [Fact]
    public async Task Forged_hellos_do_not_disturb_a_hundred_handshakes()
    {
        await using var calls = TestCalls.Start();
        using var stranger = new Stranger(calls.Server);
        using var stop = new CancellationTokenSource();
        var hello = ClientHello();
        var flood = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                stranger.SendPaced(64, _ => hello);
        });
        var connected = 0;
        for (var i = 0; i < 10; i++)
        {
            var ten = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => calls.ConnectAsync()));
            connected += ten.Length;
            foreach (var call in ten)
                await call.Client.DisposeAsync();
        }

        await stop.CancelAsync();
        await flood;
        Assert.Equal(100, connected);
        Assert.True(calls.Server.Counters.DroppedUnvalidated > 1000, $"{calls.Server.Counters.DroppedUnvalidated} hellos were forged.");
        Assert.Equal(0, stranger.CountAnswers());
    }

    [Fact]
    public async Task A_flood_of_unauthenticated_checks_gets_no_answer()
    {
        await using var calls = TestCalls.Start();
        var call = await calls.ConnectAsync();
        using var stranger = new Stranger(calls.Server);
        var before = calls.Server.Counters.DroppedStunUnauthenticated;
        var ufrag = call.Client.Session!.RemoteIce.UsernameFragment;
        var forged = new[]
        {
            Check("AAAAAAAA:bbbb", "a password of some kind!"u8),
            Check("AAAAAAAA:bbbb", default),
            Check($"{ufrag}:bbbb", default),
            Check($"{ufrag}:{ClientUfrag(call)}", "a password of some kind!"u8),
        };
        const int Rounds = 200_000 / 64; // each costs the server a MESSAGE-INTEGRITY or a look-up: 1,000,000 take 20 s here
        for (var i = 0; i < Rounds; i++)
            stranger.SendPaced(64, n => forged[n & 3]);
        await call.ExpectMediaAsync();
        Assert.Equal(0, stranger.CountAnswers());
        Assert.Equal(Rounds * 64L, calls.Server.Counters.DroppedStunUnauthenticated - before);
    }

    [Fact]
    public async Task A_million_random_datagrams_leave_the_call_and_the_memory_as_they_were()
    {
        const int Seed = 20261122;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {Seed}");
        await using var calls = TestCalls.Start();
        var call = await calls.ConnectAsync();
        using var stranger = new Stranger(calls.Server);
        var random = new Random(Seed);
        var noise = new byte[1 << 20];
        random.NextBytes(noise);
        var before = 0L;
        for (var i = 0; i < 1_000_000 / 64; i++)
        {
            if (i == 1000)
                before = GC.GetTotalMemory(forceFullCollection: true);
            stranger.SendPaced(64, _ => noise.AsMemory(random.Next(noise.Length - 1500), random.Next(1500)));
            if (i % 500 == 0)
                await call.ExpectMediaAsync();
        }

        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        await call.ExpectMediaAsync();
        Assert.True(growth < 1 << 20, $"{growth} bytes more than before.");
        Assert.Equal(0, calls.Server.Counters.Faults);
        Assert.Equal(0, stranger.CountAnswers());
        Assert.DoesNotContain(call.Observer.States, state => state.State is PeerState.Interrupted or PeerState.Closed);
    }

    [Fact]
    public async Task A_participant_cannot_take_the_address_of_another()
    {
        await using var calls = TestCalls.Start();
        var victim = await calls.ConnectAsync();
        var thief = await calls.ConnectAsync();
        var path = await calls.ClientLoop.InvokeAsync(() => victim.Client.SendPath);
        var remote = thief.Client.Session!.RemoteIce;
        await calls.ClientLoop.InvokeAsync(() =>
        {
            var check = Check($"{remote.UsernameFragment}:{ClientUfrag(thief)}", Encoding.ASCII.GetBytes(remote.Password));
            check.CopyTo(path.Channel.Reserve());
            path.Channel.Commit(check.Length, path);
        });
        await WaitUntil.TrueAsync(() => calls.Server.Counters.DroppedPathConflict == 1);
        await victim.ExpectMediaAsync();
        await thief.ExpectMediaAsync();
    }

    [Fact]
    public async Task A_participants_own_garbage_is_counted_and_its_call_goes_on()
    {
        const int Seed = 7;
        await using var calls = TestCalls.Start();
        var call = await calls.ConnectAsync();
        var random = new Random(Seed);
        for (var i = 0; i < 50; i++)
        {
            await calls.ClientLoop.InvokeAsync(() =>
            {
                for (var n = 0; n < 40; n++)
                {
                    var length = random.Next(2, 1400);
                    var path = call.Client.SendPath;
                    var buffer = path.Channel.Reserve();
                    random.NextBytes(buffer[..length]);
                    path.Channel.Commit(length, path);
                }
            });
            await call.ExpectMediaAsync();
        }

        Assert.Equal(0, calls.Server.Counters.Faults);
        Assert.Equal(150, call.Observer.Rtp);
    }

    private static string ClientUfrag(TestCall call) => call.Peer.Session!.RemoteIce.UsernameFragment;

    private static string WithAnotherFingerprint(string offer)
    {
        var at = offer.IndexOf("a=fingerprint:sha-256 ", StringComparison.Ordinal) + "a=fingerprint:sha-256 ".Length;
        var digest = offer.Substring(at, (32 * 3) - 1);
        return offer.Replace(digest, string.Join(':', Enumerable.Repeat("AB", 32)), StringComparison.Ordinal);
    }

    private static byte[] Check(string username, ReadOnlySpan<byte> password)
    {
        var buffer = new byte[Stun.MaxMessageLength];
        var writer = new StunWriter(buffer, StunClass.Request, "abcdefghijkl"u8);
        writer.Write(StunAttributeType.Username, Encoding.ASCII.GetBytes(username));
        writer.WriteUInt32(StunAttributeType.Priority, 1);
        writer.Write(StunAttributeType.IceControlling, new byte[8]);
        return buffer[..writer.Complete(password)];
    }

    /// <summary>The start of a DTLS 1.2 ClientHello record, as long as Chromium's.</summary>
    private static byte[] ClientHello()
    {
        var hello = new byte[1200];
        byte[] start = [22, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x04, 0xA3, 1, 0, 0x05, 0x00, 0, 0, 0, 0, 0, 0, 0x04, 0x97, 0xFE, 0xFD];
        start.CopyTo(hello, 0);
        return hello;
    }

    /// <summary>A socket no peer knows, fast enough for floods.</summary>
    private sealed class Stranger : IDisposable
    {
        private readonly MediaLoop _server;
        private readonly UdpSocket _socket = UdpSocket.Open(IPAddress.Loopback, 0, 4 << 20);
        private readonly DatagramSendBatch _batch = new(64);
        private readonly TransportAddress _target;

        public Stranger(MediaLoop server)
        {
            _server = server;
            _target = TransportAddress.From(new IPEndPoint(IPAddress.Loopback, server.UdpPort!.Value));
        }

        public void Send(byte[] datagram) => Send(1, _ => datagram);

        /// <summary>Sends and waits until the server took it: nothing gets lost in the kernel, so every datagram counts.</summary>
        public void SendPaced(int count, Func<int, ReadOnlyMemory<byte>> datagram)
        {
            var target = _server.Counters.DatagramsReceived + count;
            Send(count, datagram);
            SpinWait.SpinUntil(() => _server.Counters.DatagramsReceived >= target, TimeSpan.FromSeconds(5));
        }

        public int CountAnswers() => new DatagramReceiveBatch(8).Receive(_socket, 0);

        public void Dispose() => _socket.Dispose();

        private void Send(int count, Func<int, ReadOnlyMemory<byte>> datagram)
        {
            for (var i = 0; i < count; i++)
            {
                var bytes = datagram(i);
                bytes.Span.CopyTo(_batch.Reserve());
                _batch.Commit(_socket, bytes.Length, _target, default);
            }

            Assert.Equal(0, _batch.Flush(_socket));
        }
    }
}
