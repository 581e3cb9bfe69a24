using System.Net;
using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Rtp;
using AfterSales.Video.Sfu.Rooms;
using AfterSales.Video.Sfu.Taps;
using AfterSales.Video.Sfu.Tests.Fakes;

namespace AfterSales.Video.Sfu.Tests.Rooms;

/// <summary>Real peers, real DTLS and SRTP, real sockets on loopback.</summary>
[Collection("takes the whole machine")]
public sealed class RealCallTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static MediaLoopOptions Local => new() { BindAddress = IPAddress.Loopback, UdpPort = 0, TcpPort = null };

    [Fact]
    public async Task Five_percent_loss_each_way_is_repaired_for_recorder_and_viewer()
    {
        await using var server = MediaLoop.Start(Local);
        await using var clients = MediaLoop.Start(Local);
        var node = new SfuNode([server], new SfuOptions { StartDownlinkBps = 6_000_000 }, new EventLog());
        var room = (await node.OpenRoomAsync("call", None))!;
        var tap = new CountingTap();
        await room.AttachTapAsync(tap, None);
        await using var buyer = await Caller.JoinAsync(room, clients, "b", "buyer", seed: 31);
        await using var agent = await Caller.JoinAsync(room, clients, "a", "agent", seed: 32);
        (buyer.UplinkLoss, agent.DownlinkLoss) = (0.05, 0.05);
        await buyer.SendVideoAsync(3000, 2, TimeSpan.FromMilliseconds(4));
        // The last packets' losses show when later ones arrive.
        (buyer.UplinkLoss, agent.DownlinkLoss) = (0, 0);
        await buyer.SendVideoAsync(200, 1, TimeSpan.FromMilliseconds(4));
        Assert.InRange(tap.Distinct, 0.999 * 3200, 3200);
        Assert.Equal(tap.Packets, tap.Distinct);
        Assert.True(tap.Recovered > 100, $"{tap.Recovered} recovered");
        Assert.InRange(agent.Arrived.Count, 0.995 * 3200, 3200);
        Assert.True(agent.RepairsArrived > 100, $"{agent.RepairsArrived} repairs");
        Assert.True(buyer.FeedbackArrived > 30 && buyer.ReportsArrived > 2, $"{buyer.FeedbackArrived} feedbacks, {buyer.ReportsArrived} reports");
        Assert.InRange(buyer.CapBps, 150_000, 2_500_000);
        await room.CloseAsync("done", None);
    }

    [Fact]
    public async Task Forwarding_ten_thousand_packets_allocates_nothing_for_them()
    {
        await using var server = MediaLoop.Start(Local);
        await using var clients = MediaLoop.Start(Local);
        var node = new SfuNode([server], new SfuOptions(), new EventLog());
        var room = (await node.OpenRoomAsync("call", None))!;
        await using var buyer = await Caller.JoinAsync(room, clients, "b", "buyer", seed: 33);
        await using var agent = await Caller.JoinAsync(room, clients, "a", "agent", seed: 34);
        (buyer.RemembersSent, agent.RemembersSent) = (false, false);
        var meter = new AllocationTap(from: 3000, to: 13_000);
        await room.AttachTapAsync(meter, None);
        await buyer.SendVideoAsync(13_500, 10, TimeSpan.FromMilliseconds(4));
        // What is made once a second (quality events) comes on top, and a slow machine takes more seconds: 2 bytes per packet is
        // less than the smallest object for one packet in ten. AllocationTests holds the exact 0.
        Assert.InRange(meter.Allocated, 0, 20_000);
        Assert.True(node.Counters[0].Forwarded > 12_000);
        await room.CloseAsync("done", None);
    }

    [Fact]
    public async Task Eight_people_meet_and_each_receives_what_its_slot_holds()
    {
        await using var server = MediaLoop.Start(Local);
        await using var clients = MediaLoop.Start(Local);
        var node = new SfuNode([server], new SfuOptions(), new EventLog());
        var room = (await node.OpenRoomAsync("call", None))!;
        var callers = new List<Caller>();
        for (var i = 0; i < 8; i++)
            callers.Add(await Caller.JoinAsync(room, clients, $"p{i}", i == 0 ? "buyer" : "expert", seed: 40 + i));
        Assert.Equal("room.full", (await room.JoinAsync(new ParticipantSpec("p9", "expert"), None)).Error);
        foreach (var caller in callers)
            await caller.SendVideoAsync(100, 5, TimeSpan.FromMilliseconds(4));
        var snapshot = await room.SnapshotAsync(None);
        Assert.All(snapshot.Participants, participant => Assert.True(participant.Connected));
        Assert.All(snapshot.Participants.Skip(1), participant => Assert.Contains(participant.Slots, slot => slot.PublicationId is "p0:camera"));
        Assert.All(callers.Skip(1), caller => Assert.True(caller.Arrived.Count >= 95, $"{caller.Id}: {caller.Arrived.Count}"));
        await room.CloseAsync("done", None);
        foreach (var caller in callers)
            await caller.DisposeAsync();
    }

    private sealed class CountingTap : IPacketTap
    {
        private readonly HashSet<ushort> _seen = [];

        public int Packets { get; private set; }
        public int Recovered { get; private set; }
        public int Distinct => _seen.Count;

        public void OnRtp(ushort trackId, long arrivalNs, bool recovered, ReadOnlySpan<byte> packet)
        {
            Assert.True(RtpPacketView.TryParse(packet, out var view));
            Packets++;
            Recovered += recovered ? 1 : 0;
            _seen.Add(view.SequenceNumber);
        }

        public void OnTrackStarted(in TapTrack track, long arrivalNs)
        {
        }

        public void OnTrackEnded(ushort trackId, long arrivalNs)
        {
        }

        public void OnSenderReport(ushort trackId, long arrivalNs, ulong ntpTimestamp, uint rtpTimestamp, uint packetCount, uint octetCount)
        {
        }

        public void OnRoomEvent(in TapRoomEvent roomEvent, long arrivalNs)
        {
        }
    }

    /// <summary>Reads the loop thread's allocation counter between two packets.</summary>
    private sealed class AllocationTap(int from, int to) : IPacketTap
    {
        private long _before;

        public int Measured { get; private set; }
        public long Allocated { get; private set; } = -1;

        public void OnRtp(ushort trackId, long arrivalNs, bool recovered, ReadOnlySpan<byte> packet)
        {
            Measured++;
            if (Measured == from)
                _before = GC.GetAllocatedBytesForCurrentThread();
            else if (Measured == to)
                Allocated = GC.GetAllocatedBytesForCurrentThread() - _before;
        }

        public void OnTrackStarted(in TapTrack track, long arrivalNs)
        {
        }

        public void OnTrackEnded(ushort trackId, long arrivalNs)
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
