using AfterSales.Video.Rtc;
using AfterSales.Video.Sfu.Bandwidth;
using AfterSales.Video.Sfu.Taps;
using AfterSales.Video.Sfu.Tests.Fakes;

namespace AfterSales.Video.Sfu.Tests.Forwarding;

public sealed class AllocationTests
{
    [Fact]
    public Task Ten_thousand_packets_from_parse_to_send_allocate_nothing() => SendTenThousandAsync(new SfuOptions());

    [Fact]
    public Task Ten_thousand_packets_through_the_pacer_allocate_nothing() =>
        SendTenThousandAsync(new SfuOptions { CreateEstimator = _ => new FixedEstimator { EstimateBps = 6_700_000, IsConstrained = true } });

    [Fact]
    public void A_hundred_thousand_results_with_their_probes_allocate_nothing()
    {
        var estimator = new SendSideEstimator(new SfuOptions());
        Judge(estimator, 0, 10_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Judge(estimator, 10_000, 100_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Judge(SendSideEstimator estimator, int first, int count)
    {
        var probe = 0;
        for (var i = first; i < first + count; i++)
        {
            var sentNs = i * 5_000_000L;
            estimator.OnPacketResult(new PacketResult(sentNs, sentNs + (i % 7 * 1_000_000), 1200, i % 50 == 0 ? PacketFate.Lost : PacketFate.Received, probe));
            if (i % 20 != 0)
                continue;
            estimator.OnFeedbackEnd(sentNs + 40_000_000, 40_000_000);
            estimator.TryStartProbe(9_000_000, sentNs + 40_000_000, out probe, out _);
        }
    }

    private static async Task SendTenThousandAsync(SfuOptions options)
    {
        var test = await TestRoom.OpenAsync(options);
        await test.Room.AttachTapAsync(new SilentTap(), CancellationToken.None);
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        var agent = await test.JoinTalkingAsync("a", "agent", 2);
        (buyer.Keeps, agent.Keeps) = (false, false);
        var packets = Enumerable.Range(0, 14_000).Select(i => i % 4 == 3
            ? Packets.Opus(1010, (ushort)i, (uint)i * 960, level: 40)
            : Packets.Vp8(1020, (ushort)(i - (i / 4)), (uint)i * 450, keyFrame: i == 0, transport: (ushort)i, size: 1100)).ToArray();
        Send(test, buyer, packets.AsSpan(0, 4000));
        var sent = agent.SentPackets;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Send(test, buyer, packets.AsSpan(4000));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(10_000, agent.SentPackets - sent);
        Assert.Equal(0, allocated);
        Assert.Equal(PeerState.Connected, agent.State);
    }

    /// <summary>A millisecond per packet: feedback falls due on the way, the room's clock does not.</summary>
    private static void Send(TestRoom test, FakePeer peer, ReadOnlySpan<byte[]> packets)
    {
        foreach (var packet in packets)
        {
            test.Loop.Skip(1);
            peer.Receive(packet);
        }
    }

    private sealed class SilentTap : IPacketTap
    {
        public void OnTrackStarted(in TapTrack track, long arrivalNs)
        {
        }

        public void OnTrackEnded(ushort trackId, long arrivalNs)
        {
        }

        public void OnRtp(ushort trackId, long arrivalNs, bool recovered, ReadOnlySpan<byte> packet)
        {
        }

        public void OnSenderReport(ushort trackId, long arrivalNs, ulong ntpTimestamp, uint rtpTimestamp, uint packetCount, uint octetCount)
        {
        }

        public void OnRoomEvent(in TapRoomEvent roomEvent, long arrivalNs)
        {
        }
    }
}
