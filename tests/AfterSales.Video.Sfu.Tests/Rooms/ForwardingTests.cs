using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Sfu.Rooms;
using AfterSales.Video.Sfu.Telemetry;
using AfterSales.Video.Sfu.Tests.Fakes;

namespace AfterSales.Video.Sfu.Tests.Rooms;

public sealed class ForwardingTests
{
    private const uint BuyerVideo = 1020;
    private const uint BuyerAudio = 1010;
    private const uint AgentVideoSlot = 2120;
    private const uint AgentAudioSlot = 2110;

    [Fact]
    public async Task A_waiting_agent_sees_the_very_first_key_frame()
    {
        var test = await TestRoom.OpenAsync();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        var agent = await test.JoinTalkingAsync("a", "agent", 2);
        buyer.Receive(Packets.Vp8(BuyerVideo, 500, 90_000, keyFrame: true));
        buyer.Receive(Packets.Vp8(BuyerVideo, 501, 93_000));
        var sent = agent.On(AgentVideoSlot);
        Assert.Equal(2, sent.Count);
        Assert.Equal(sent[0].Sequence + 1, sent[1].Sequence);
        Assert.Equal(3_000u, sent[1].Timestamp - sent[0].Timestamp);
        Assert.Empty(buyer.Rtp);
        Assert.Equal("1"u8.ToArray(), sent[0].Extension(4));
        Assert.NotNull(sent[0].Extension(2));
        Assert.Equal([0, 1], sent.Select(packet => packet.Extension(3)![1] - sent[0].Extension(3)![1]));
        Assert.Equal(0, buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli));
    }

    [Fact]
    public async Task Who_connects_later_starts_on_a_key_frame_asked_for_at_once()
    {
        var test = await TestRoom.OpenAsync();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        buyer.Receive(Packets.Vp8(BuyerVideo, 1, 0, keyFrame: true));
        test.Loop.Advance(1500);
        var agent = await test.JoinTalkingAsync("a", "agent", 2);
        buyer.Rtcp.Clear();
        test.Loop.Advance(10);
        Assert.Equal(1, buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli));
        buyer.Receive(Packets.Vp8(BuyerVideo, 2, 3_000));
        Assert.Empty(agent.On(AgentVideoSlot));
        buyer.Receive(Packets.Vp8(BuyerVideo, 3, 6_000, keyFrame: true));
        Assert.Single(agent.On(AgentVideoSlot));
        test.Loop.Advance(900);
        Assert.Equal(1, buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli));
    }

    [Fact]
    public async Task An_unanswered_key_frame_request_is_repeated_and_then_slows_down()
    {
        var test = await TestRoom.OpenAsync();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        await test.JoinTalkingAsync("a", "agent", 2);
        buyer.Receive(Packets.Vp8(BuyerVideo, 1, 0));
        test.Loop.Advance(1000);
        var first = buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli);
        Assert.InRange(first, 4, 6);
        test.Loop.Advance(5000);
        Assert.InRange(buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli) - first, 4, 7);
    }

    [Fact]
    public async Task Payload_types_follow_the_receivers_own_numbers()
    {
        var test = await TestRoom.OpenAsync();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        var agent = await test.JoinTalkingAsync("a", "agent", 2, codecs: [Sessions.Vp8(120, 121), Sessions.H264(122, 123)]);
        buyer.Receive(Packets.Vp8(BuyerVideo, 1, 0, keyFrame: true));
        Assert.Equal(120, agent.On(AgentVideoSlot).Single().PayloadType);
    }

    [Fact]
    public async Task A_lost_packet_is_repeated_through_rtx_once_per_round_trip_and_three_times_in_all()
    {
        var test = await TestRoom.OpenAsync();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        var agent = await test.JoinTalkingAsync("a", "agent", 2);
        for (ushort i = 0; i < 10; i++)
            buyer.Receive(Packets.Vp8(BuyerVideo, (ushort)(65_530 + i), i * 3_000u, keyFrame: i == 0));
        var lost = agent.On(AgentVideoSlot)[7];
        for (var i = 0; i < 30; i++)
        {
            agent.ReceiveRtcp((ref RtcpWriter writer) => writer.TryWriteNack(7, AgentVideoSlot, [lost.Sequence]));
            test.Loop.Advance(20);
        }
        var repeats = agent.On(AgentVideoSlot + 1);
        Assert.Equal(3, repeats.Count);
        Assert.All(repeats, packet =>
        {
            Assert.Equal(97, packet.PayloadType);
            Assert.Equal(lost.Timestamp, packet.Timestamp);
            Assert.Equal([(byte)(lost.Sequence >> 8), (byte)lost.Sequence], packet.Payload[..2]);
            Assert.Equal(lost.Payload, packet.Payload[2..]);
        });
        Assert.Equal(3, repeats.Select(packet => packet.Sequence).Distinct().Count());
    }

    [Fact]
    public async Task A_nack_storm_is_answered_within_the_budget()
    {
        var test = await TestRoom.OpenAsync(new SfuOptions { StartDownlinkBps = 400_000 });
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        var agent = await test.JoinTalkingAsync("a", "agent", 2);
        for (ushort i = 0; i < 400; i++)
        {
            buyer.Receive(Packets.Vp8(BuyerVideo, i, i * 3_000u, keyFrame: i == 0, size: 1100));
            test.Loop.Advance(1);
        }
        var all = agent.On(AgentVideoSlot).Select(packet => packet.Sequence).ToArray();
        for (var round = 0; round < 10; round++)
        {
            foreach (var chunk in all.Chunk(100))
                agent.ReceiveRtcp((ref RtcpWriter writer) => writer.TryWriteNack(7, AgentVideoSlot, chunk));
            test.Loop.Advance(100);
        }
        var repeatedBytes = agent.On(AgentVideoSlot + 1).Sum(packet => packet.Payload.Length);
        // 30 % of 400 kbit/s over one second, and a full bucket at the start.
        Assert.InRange(repeatedBytes, 10_000, 2.1 * 0.3 * 400_000 / 8);
        Assert.True(test.Counters.Dropped(SfuDrop.RetransmissionRefused) > 3_000);
    }

    [Fact]
    public async Task Losses_are_asked_for_again_and_the_repair_reaches_viewer_and_tap_once()
    {
        var test = await TestRoom.OpenAsync();
        var tap = new TapLog();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        var agent = await test.JoinTalkingAsync("a", "agent", 2);
        await test.Room.AttachTapAsync(tap, CancellationToken.None);
        buyer.Receive(Packets.Vp8(BuyerVideo, 10, 0, keyFrame: true));
        buyer.Receive(Packets.Vp8(BuyerVideo, 12, 6_000));
        test.Loop.Advance(10);
        Assert.Empty(buyer.NackedSequences());
        test.Loop.Advance(20);
        Assert.Equal([(ushort)11], buyer.NackedSequences());
        var original = Packets.Vp8(BuyerVideo, 11, 3_000);
        buyer.Receive(Packets.Rtx(original, BuyerVideo + 1, 97, 1));
        buyer.Receive(original);
        buyer.Receive(Packets.Rtx(original, BuyerVideo + 1, 97, 2));
        test.Loop.Advance(2000);
        Assert.Single(buyer.NackedSequences());
        Assert.Equal([(10, false), (12, false), (11, true)], tap.Rtp.Select(item => ((int)item.Sequence, item.Recovered)));
        var sequences = agent.On(AgentVideoSlot).Select(packet => packet.Sequence).ToArray();
        Assert.Equal(3, sequences.Distinct().Count());
        Assert.Equal(sequences[0] + 1, sequences[2]);
        Assert.Equal(2, test.Counters.Dropped(SfuDrop.Duplicate));
    }

    [Theory]
    [InlineData(false, 5)]
    [InlineData(true, 10)]
    public async Task A_recorder_asks_longer_than_viewers(bool recorded, int tries)
    {
        var test = await TestRoom.OpenAsync();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        if (recorded)
            await test.Room.AttachTapAsync(new TapLog(), CancellationToken.None);
        buyer.Receive(Packets.Vp8(BuyerVideo, 10, 0, keyFrame: true));
        buyer.Receive(Packets.Vp8(BuyerVideo, 12, 6_000));
        test.Loop.Advance(6000);
        Assert.Equal(tries, buyer.NackedSequences().Count);
        // What will not come is replaced by a key frame.
        Assert.True(buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli) > 0);
    }

    [Fact]
    public async Task Transport_feedback_names_a_source_of_the_publisher()
    {
        var test = await TestRoom.OpenAsync();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        for (ushort i = 0; i < 20; i++)
        {
            if (i != 7)
                buyer.Receive(Packets.Vp8(BuyerVideo, i, i * 3_000u, keyFrame: i == 0, marker: false, transport: (ushort)(65_530 + i)));
            test.Loop.Advance(10);
        }
        var told = new Dictionary<ushort, bool>();
        foreach (var compound in buyer.Rtcp)
        {
            foreach (var part in new RtcpCompoundReader(compound))
            {
                if (!TransportFeedbackReader.TryParse(part, out var feedback))
                    continue;
                Assert.Equal(BuyerVideo, feedback.MediaSsrc);
                while (feedback.MoveNext())
                    told[feedback.Sequence] = feedback.Received;
            }
        }
        Assert.InRange(told.Count, 18, 20);
        Assert.Equal([(ushort)1], told.Where(item => !item.Value).Select(item => item.Key));
    }

    [Fact]
    public async Task Sender_reports_keep_sound_and_picture_of_one_person_together()
    {
        var test = await TestRoom.OpenAsync();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        var agent = await test.JoinTalkingAsync("a", "agent", 2);
        buyer.Receive(Packets.Vp8(BuyerVideo, 1, 900_000, keyFrame: true));
        buyer.Receive(Packets.Opus(BuyerAudio, 1, 480_000));
        const ulong Noon = 0xE0000000_00000000;
        buyer.ReceiveRtcp((ref RtcpWriter writer) => writer.TryWriteSenderReport(new SenderReport(BuyerVideo, Noon, 900_000, 1, 100), []));
        test.Loop.Advance(300);
        // The microphone's clock: 100 ms later than the camera's report, arriving 300 ms later.
        buyer.ReceiveRtcp((ref RtcpWriter writer) => writer.TryWriteSenderReport(new SenderReport(BuyerAudio, Noon + (1UL << 32) / 10, 484_800, 1, 100), []));
        test.Loop.Advance(1500);
        var video = agent.SenderReports().Last(report => report.Ssrc == AgentVideoSlot);
        var audio = agent.SenderReports().Last(report => report.Ssrc == AgentAudioSlot);
        var videoShift = agent.On(AgentVideoSlot)[0].Timestamp - 900_000;
        var audioShift = agent.On(AgentAudioSlot)[0].Timestamp - 480_000;
        // Capture time of each stream's first packet on the reports' clock, in seconds.
        var videoStart = Seconds(video.NtpTimestamp) - ((video.RtpTimestamp - videoShift - 900_000) / 90_000.0);
        var audioStart = Seconds(audio.NtpTimestamp) - ((audio.RtpTimestamp - audioShift - 480_000) / 48_000.0);
        Assert.Equal(0, videoStart - audioStart, 3);
        Assert.Equal(1u, video.PacketCount);
    }

    [Fact]
    public async Task Another_participants_ssrc_is_never_accepted()
    {
        var test = await TestRoom.OpenAsync();
        var tap = new TapLog();
        await test.Room.AttachTapAsync(tap, CancellationToken.None);
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        var agent = await test.JoinTalkingAsync("a", "agent", 2);
        buyer.Receive(Packets.Vp8(BuyerVideo, 1, 0, keyFrame: true));
        agent.Receive(Packets.Vp8(BuyerVideo, 2, 3_000, keyFrame: true, mid: "1"));
        Assert.Single(tap.Rtp);
        Assert.Equal(1, test.Counters.Dropped(SfuDrop.ForeignSource));
        // Not even when its offer claims it.
        var thief = await test.JoinAsync("t", "expert", Sessions.Of(Sessions.Video("1", BuyerVideo, 3120)));
        thief.Receive(Packets.Vp8(BuyerVideo, 3, 3_000, keyFrame: true));
        Assert.Single(tap.Rtp);
        Assert.Equal(2, test.Counters.Dropped(SfuDrop.ForeignSource));
    }

    [Fact]
    public async Task Unknown_ssrcs_are_counted_and_bounded()
    {
        var test = await TestRoom.OpenAsync();
        var tap = new TapLog();
        await test.Room.AttachTapAsync(tap, CancellationToken.None);
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        for (uint i = 0; i < 10_000; i++)
            buyer.Receive(Packets.Vp8(50_000 + i, 1, 0, keyFrame: true, mid: i % 2 == 0 ? "1" : "9"));
        Assert.InRange(tap.Started.Count, 1, 16);
        Assert.True(test.Counters.Dropped(SfuDrop.UnknownSource) > 9_900);
    }

    [Fact]
    public async Task A_source_without_announcement_is_known_by_its_mid_and_its_repairs_by_payload_type()
    {
        var test = await TestRoom.OpenAsync();
        var tap = new TapLog();
        await test.Room.AttachTapAsync(tap, CancellationToken.None);
        var buyer = await test.JoinAsync("b", "buyer", Sessions.Of(Sessions.Audio("0", 0, 110), Sessions.Video("1", 0, 120)));
        buyer.Receive(Packets.Vp8(77, 1, 0, keyFrame: true, mid: "1"));
        buyer.Receive(Packets.Vp8(77, 3, 6_000));
        buyer.Receive(Packets.Rtx(Packets.Vp8(77, 2, 3_000, mid: "1"), 78, 97, 1));
        buyer.Receive(Packets.Opus(79, 1, 0));
        Assert.Equal([1, 3, 2, 1], tap.Rtp.Select(item => (int)item.Sequence));
        Assert.Equal("camera microphone", string.Join(" ", tap.Started.Select(track => track.Source)));
    }

    [Fact]
    public async Task A_source_that_says_bye_ends_its_track()
    {
        var test = await TestRoom.OpenAsync();
        var tap = new TapLog();
        await test.Room.AttachTapAsync(tap, CancellationToken.None);
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        buyer.Receive(Packets.Opus(BuyerAudio, 1, 0));
        buyer.ReceiveRtcp((ref RtcpWriter writer) => writer.TryWriteBye([BuyerAudio]));
        Assert.Equal([tap.Started[0].TrackId], tap.Ended);
        Assert.False(test.Log.Of<RoomEvent.PublicationsChanged>()[^1].Publications[0].Active);
    }

    private static double Seconds(ulong ntp) => (ntp >> 16) / 65536.0;
}
