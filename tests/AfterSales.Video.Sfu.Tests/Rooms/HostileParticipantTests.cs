using System.Buffers.Binary;
using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Sfu.Telemetry;
using AfterSales.Video.Sfu.Tests.Fakes;

namespace AfterSales.Video.Sfu.Tests.Rooms;

/// <summary>
/// What a participant with valid keys can send to make us work, allocate or mistreat others. Each attack runs beside a call in another room of the same loop,
/// which must be served as if it were alone, and must not make anything be allocated.
/// </summary>
public sealed class HostileParticipantTests
{
    private const uint Video = 1020;
    private const uint Repairs = 1021;
    private const uint Slot = 2120;
    private const int Seed = 20261122;

    [Fact]
    public async Task Every_sequence_number_asked_for_again_forever_costs_a_bounded_number_of_looks()
    {
        var scene = await Scene.OpenAsync();
        scene.Feed(400);
        var everything = Compound((ref RtcpWriter writer) =>
        {
            for (var from = 2000; from < 4000; from += 250)
                writer.TryWriteNack(7, Slot, Enumerable.Range(from, 250).Select(i => (ushort)i).ToArray());
        });
        scene.Run(milliseconds: 3000, each: () => scene.Subscriber.ReceiveRtcp(everything));
        var counters = scene.Test.Counters;
        // A full bucket and three seconds of it; 6 million numbers were sent.
        Assert.InRange(counters.NacksReceived, 20_000, 4 * 20_000);
        Assert.True(counters.Dropped(SfuDrop.FeedbackRefused) > 2000, $"{counters.Dropped(SfuDrop.FeedbackRefused)} refused");
        Assert.InRange(counters.Retransmitted, 1, 3 * 400);
        scene.AssertUnharmed();
    }

    [Fact]
    public async Task Transport_feedback_about_packets_nobody_sent_neither_costs_nor_steers()
    {
        var scene = await Scene.OpenAsync();
        var random = new Random(Seed);
        var nonsense = Enumerable.Range(0, 500).Select(i => i % 2 == 0 ? EndlessFeedback((ushort)random.Next(65_536)) : RandomFeedback(random)).ToArray();
        var next = 0;
        scene.Publisher.Keeps = true;
        scene.Run(milliseconds: 3000, each: () => scene.Subscriber.ReceiveRtcp(nonsense[next++ % nonsense.Length]), measured: false);
        Assert.True(scene.Test.Counters.Dropped(SfuDrop.FeedbackRefused) > 1000, $"seed {Seed}");
        Assert.All(CapsOf(scene.Publisher), cap => Assert.InRange(cap, new SfuOptions().MinPublisherBps, new SfuOptions().MaxPublisherBps));
        scene.AssertUnharmed();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(63, 1)]
    [InlineData(63, 0x3FFFF)]
    [InlineData(0, 1)]
    public async Task An_estimate_of_nothing_or_of_everything_leaves_the_publisher_within_its_bounds(int exponent, int mantissa)
    {
        var scene = await Scene.OpenAsync();
        scene.Feed(50);
        var estimate = Compound((ref RtcpWriter writer) => writer.TryWriteRemb(7, 1, [Slot]));
        BinaryPrimitives.WriteUInt32BigEndian(estimate.AsSpan(16), (1u << 24) | ((uint)exponent << 18) | (uint)mantissa);
        scene.Publisher.Keeps = true;
        scene.Run(milliseconds: 2500, each: () => scene.Subscriber.ReceiveRtcp(estimate), measured: false);
        // The loop's clock ticks once: a report with the cap in it goes out.
        scene.Test.Loop.Advance(1100);
        var caps = CapsOf(scene.Publisher);
        Assert.NotEmpty(caps);
        Assert.All(caps, cap => Assert.InRange(cap, new SfuOptions().MinPublisherBps, new SfuOptions().MaxPublisherBps));
        Assert.Equal(PeerState.Connected, scene.Subscriber.State);
        scene.AssertUnharmed();
    }

    [Fact]
    public async Task Repairs_of_a_source_that_never_sent_are_counted_and_reach_nobody()
    {
        var scene = await Scene.OpenAsync();
        var repair = Packets.Rtx(Packets.Vp8(Video, 5, 0, keyFrame: true), Repairs, 97, 1);
        var strange = Packets.Rtx(Packets.Vp8(Video, 5, 0, keyFrame: true), 999_999, 97, 1);
        var before = scene.Subscriber.SentPackets;
        scene.Run(milliseconds: 1000, each: () =>
        {
            Stamp(repair, Repairs);
            scene.Publisher.Receive(repair);
            scene.Publisher.Receive(strange);
        });
        Assert.Equal(2000, scene.Test.Counters.Dropped(SfuDrop.UnknownSource));
        Assert.Equal(before, scene.Subscriber.SentPackets);
        scene.AssertUnharmed();
    }

    [Fact]
    public async Task A_million_ssrcs_become_sixteen_at_most()
    {
        var scene = await Scene.OpenAsync();
        var tap = new TapLog();
        await scene.Test.Room.AttachTapAsync(tap, CancellationToken.None);
        var packet = Packets.Vp8(1, 1, 0, mid: "1");
        for (var i = 0u; i < 1000; i++)
            Deliver(i);
        var started = tap.Started.Count;
        scene.Run(milliseconds: 1000, each: () =>
        {
            for (var i = 0; i < 1000; i++)
                Deliver((uint)(1_000_000 + (scene.Rounds * 1000) + i));
        });
        Assert.InRange(started, 1, 16);
        Assert.Equal(started, tap.Started.Count);
        Assert.True(scene.Test.Counters.Dropped(SfuDrop.UnknownSource) >= 1_000_000);
        scene.AssertUnharmed();

        void Deliver(uint ssrc)
        {
            Stamp(packet, ssrc);
            scene.Publisher.Receive(packet);
        }
    }

    [Fact]
    public async Task Jumping_sequence_numbers_ask_for_few_repeats_and_end_nothing()
    {
        var scene = await Scene.OpenAsync();
        scene.Feed(50);
        var random = new Random(Seed);
        var packet = Packets.Vp8(Video, 1, 0);
        ushort sequence = 1000;
        scene.Run(milliseconds: 2000, each: () =>
        {
            for (var i = 0; i < 20; i++)
            {
                sequence += (ushort)(i % 3 == 0 ? random.Next(65_536) : random.Next(9000));
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence);
                scene.Publisher.Receive(packet);
            }
        });
        Assert.InRange(scene.Test.Counters.NacksSent, 0, 2000 / 20 * 256);
        Assert.Equal(PeerState.Connected, scene.Publisher.State);
        scene.AssertUnharmed();
    }

    private static void Stamp(byte[] packet, uint ssrc) => BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);

    private static byte[] Compound(RtcpWriting write)
    {
        var buffer = new byte[8000];
        var writer = new RtcpWriter(buffer);
        write(ref writer);
        return writer.Written.ToArray();
    }

    /// <summary>65,535 packets "not received" in nine runs: 40 bytes that ask for 65,535 looks.</summary>
    private static byte[] EndlessFeedback(ushort from)
    {
        var packet = new byte[4 + 16 + 20];
        (packet[0], packet[1]) = (0x80 | RtcpFormat.TransportWide, (byte)RtcpType.TransportFeedback);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)((packet.Length / 4) - 1));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(12), from);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(14), 65_535);
        for (var at = 20; at < packet.Length; at += 2)
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(at), 0x1FFF);
        return packet;
    }

    private static byte[] RandomFeedback(Random random)
    {
        var packet = new byte[4 * random.Next(6, 300)];
        random.NextBytes(packet);
        (packet[0], packet[1]) = (0x80 | RtcpFormat.TransportWide, (byte)RtcpType.TransportFeedback);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)((packet.Length / 4) - 1));
        return packet;
    }

    private static List<long> CapsOf(FakePeer publisher)
    {
        var caps = new List<long>();
        foreach (var compound in publisher.Rtcp)
        {
            foreach (var part in new RtcpCompoundReader(compound))
            {
                if (Remb.TryParse(part, out var cap, out _))
                    caps.Add(cap);
            }
        }

        return caps;
    }

    /// <summary>A publisher and a subscriber, one of whom attacks, and a healthy call in the next room.</summary>
    private sealed class Scene
    {
        private readonly byte[] _packet = Packets.Vp8(Video, 0, 0, size: 1100);
        private FakePeer _healthySender = null!;
        private FakePeer _healthyReceiver = null!;
        private ushort _sequence;
        private long _healthySent;
        private long _allocated;

        public required TestRoom Test { get; init; }
        public required FakePeer Publisher { get; init; }
        public required FakePeer Subscriber { get; init; }
        public int Rounds { get; private set; }

        public static async Task<Scene> OpenAsync()
        {
            var test = await TestRoom.OpenAsync();
            var publisher = await test.JoinTalkingAsync("b", "buyer", 1);
            var subscriber = await test.JoinTalkingAsync("a", "agent", 2);
            var healthy = await test.OpenAnotherAsync("r2");
            var scene = new Scene { Test = test, Publisher = publisher, Subscriber = subscriber };
            scene._healthySender = await healthy.JoinTalkingAsync("b2", "buyer", 1);
            scene._healthyReceiver = await healthy.JoinTalkingAsync("a2", "agent", 2);
            foreach (var peer in (FakePeer[])[publisher, subscriber, scene._healthySender, scene._healthyReceiver])
                peer.Keeps = false;
            scene._healthySender.Receive(Packets.Vp8(Video, 0, 0, keyFrame: true));
            // What is made on first use, and the ring of repeats at its full size, is made now.
            scene.Run(1500, static () => { }, measured: false);
            return scene;
        }

        /// <summary>The publisher's picture, from its first key frame on.</summary>
        public void Feed(int packets)
        {
            for (var i = 0; i < packets; i++)
                Publisher.Receive(Packets.Vp8(Video, (ushort)i, (uint)i * 3000, keyFrame: i == 0, size: 1100));
        }

        /// <summary>An attack and a packet of the healthy call in every millisecond. The room's clock stands, so that nothing is told in between.</summary>
        public void Run(int milliseconds, Action each, bool measured = true)
        {
            for (var warmUp = 0; warmUp < 20; warmUp++)
                Round(each);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 20; i < milliseconds; i++)
                Round(each);
            if (measured)
                _allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        public void AssertUnharmed()
        {
            Assert.Equal(_healthySent, _healthyReceiver.SentPackets - 1);
            Assert.Equal(PeerState.Connected, _healthyReceiver.State);
            Assert.Equal(0, _allocated);
        }

        private void Round(Action each)
        {
            Test.Loop.Skip(1);
            each();
            BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(2), ++_sequence);
            _healthySender.Receive(_packet);
            _healthySent++;
            Rounds++;
        }
    }
}
