using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Sfu.Rooms;
using AfterSales.Video.Sfu.Tests.Fakes;

namespace AfterSales.Video.Sfu.Tests.Rooms;

/// <summary>Who says "muted" is heard, seen and recorded by nobody, whatever the page still sends.</summary>
public sealed class MuteTests
{
    private const uint BuyerVideo = 1020;
    private const uint BuyerAudio = 1010;
    private const uint AgentVideoSlot = 2120;
    private const uint AgentAudioSlot = 2110;

    [Fact]
    public async Task A_muted_microphone_reaches_neither_others_nor_the_recorder_until_it_is_unmuted()
    {
        var (test, buyer, agent, tap) = await CallAsync();
        buyer.Receive(Packets.Opus(BuyerAudio, 1, 960));
        await MuteAsync(test, microphone: true);
        for (ushort i = 2; i < 20; i++)
            buyer.Receive(Packets.Opus(BuyerAudio, i, i * 960u));
        Assert.Single(agent.On(AgentAudioSlot));
        Assert.Single(tap.Rtp);

        test.Loop.Advance(360);
        await MuteAsync(test);
        buyer.Receive(Packets.Opus(BuyerAudio, 20, 20 * 960));

        var sent = agent.On(AgentAudioSlot);
        Assert.Equal(2, sent.Count);
        // No hole in the numbers: the receiver must not ask for what was withheld.
        Assert.Equal(sent[0].Sequence + 1, sent[1].Sequence);
        Assert.Equal(["muted", "unmuted"], tap.Events.Where(e => e.Detail == "microphone").Select(e => e.Kind), StringComparer.Ordinal);
        Assert.Equal([1, 20], tap.Rtp.Select(packet => (int)packet.Sequence));
        Assert.Empty(test.Log.Of<RoomEvent.NegotiationWanted>());
    }

    [Fact]
    public async Task A_camera_comes_back_with_a_key_frame_that_was_asked_for()
    {
        var (test, buyer, agent, _) = await CallAsync();
        buyer.Receive(Packets.Vp8(BuyerVideo, 1, 3_000, keyFrame: true));
        await MuteAsync(test, camera: true);
        test.Loop.Advance(2_000);
        buyer.Receive(Packets.Vp8(BuyerVideo, 2, 6_000));
        buyer.Rtcp.Clear();
        test.Loop.Advance(2_000);
        Assert.Equal(0, buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli));

        await MuteAsync(test);
        test.Loop.Advance(10);
        Assert.Equal(1, buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli));
        buyer.Receive(Packets.Vp8(BuyerVideo, 3, 9_000));
        Assert.Single(agent.On(AgentVideoSlot));
        buyer.Receive(Packets.Vp8(BuyerVideo, 4, 12_000, keyFrame: true));
        Assert.Equal(2, agent.On(AgentVideoSlot).Count);
    }

    [Fact]
    public async Task What_was_said_while_muted_does_not_come_out_by_retransmission_afterwards()
    {
        var (test, buyer, agent, tap) = await CallAsync();
        buyer.Receive(Packets.Vp8(BuyerVideo, 1, 3_000, keyFrame: true));
        await MuteAsync(test, camera: true);
        buyer.Receive(Packets.Vp8(BuyerVideo, 4, 12_000));
        await MuteAsync(test);
        buyer.Receive(Packets.Rtx(Packets.Vp8(BuyerVideo, 3, 9_000, keyFrame: true), BuyerVideo + 1, 97, 1));
        Assert.Single(agent.On(AgentVideoSlot));
        Assert.Single(tap.Rtp);
    }

    [Fact]
    public async Task The_next_page_is_not_muted_by_what_the_last_one_said()
    {
        var (test, _, agent, _) = await CallAsync();
        await MuteAsync(test, camera: true, microphone: true);
        await test.Room.DisconnectAsync("b", CancellationToken.None);
        var again = await test.NegotiateAsync("b", TestRoom.Talking(3));
        again.Receive(Packets.Opus(3010, 1, 960));
        Assert.Single(agent.On(AgentAudioSlot));
    }

    [Fact]
    public async Task A_recorder_that_wishes_for_key_frames_gets_one_request_per_camera()
    {
        var (test, buyer, _, tap) = await CallAsync();
        buyer.Receive(Packets.Vp8(BuyerVideo, 1, 3_000, keyFrame: true));
        test.Loop.Advance(2_000);
        buyer.Rtcp.Clear();
        tap.WantsKeyFrame = true;
        test.Loop.Advance(20);
        Assert.Equal(1, buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli));
    }

    [Fact]
    public async Task A_camera_that_lets_nobody_begin_for_eight_seconds_is_asked_once_and_then_left_alone()
    {
        var (test, buyer, _, tap) = await CallAsync();
        tap.KeyFrameIntervalNs = 8_000_000_000;
        buyer.Receive(Packets.Vp8(BuyerVideo, 1, 3_000, keyFrame: true));
        ushort sequence = 2;
        Send(seconds: 7);
        buyer.Rtcp.Clear();
        Send(seconds: 1);
        Assert.Equal(1, buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli));
        buyer.Receive(Packets.Vp8(BuyerVideo, sequence++, 3_000u * sequence, keyFrame: true));
        buyer.Rtcp.Clear();
        Send(seconds: 7);
        Assert.Equal(0, buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli));

        // Nothing comes: no use asking. Muted: not to be asked.
        test.Loop.Advance(20_000);
        Assert.Equal(0, buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli));
        await MuteAsync(test, camera: true);
        Send(seconds: 10);
        Assert.Equal(0, buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli));

        void Send(int seconds)
        {
            for (var i = 0; i < seconds * 10; i++)
            {
                test.Loop.Advance(100);
                buyer.Receive(Packets.Vp8(BuyerVideo, sequence++, 3_000u * sequence));
            }

            test.Loop.Advance(50);
        }
    }

    [Fact]
    public async Task The_recorder_learns_both_certificates_of_everybody_who_connects()
    {
        var (_, _, _, tap) = await CallAsync();
        var said = tap.Events.Where(e => e.Kind == "dtls_connected").ToList();
        Assert.Equal(["a", "b"], said.Select(e => e.ParticipantId).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.All(said, e => Assert.Matches("^local sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2} remote sha-256 ", e.Detail));
    }

    [Fact]
    public async Task A_program_that_publishes_and_plays_does_not_receive_itself()
    {
        var test = await TestRoom.OpenAsync();
        await test.Room.JoinAsync(new ParticipantSpec("w-1", "buyer") { OwnerId = "token-1" }, CancellationToken.None);
        await test.Room.JoinAsync(new ParticipantSpec("v-1", "buyer") { OwnerId = "token-1" }, CancellationToken.None);
        var publisher = await test.NegotiateAsync("w-1", TestRoom.Talking(1));
        var player = await test.NegotiateAsync("v-1", TestRoom.Talking(2));
        var agent = await test.JoinTalkingAsync("a", "agent", 3);
        publisher.Receive(Packets.Opus(BuyerAudio, 1, 960));
        agent.Receive(Packets.Opus(3010, 1, 960));
        test.Loop.Advance(1_000);
        Assert.Single(agent.On(3110));
        Assert.Equal([4], player.On(AgentAudioSlot).Select(packet => packet.Payload.Length));
        Assert.Equal(["a"], test.Log.Of<RoomEvent.SlotsChanged>().Last(told => told.ParticipantId == "v-1").Slots.Select(slot => slot.FromParticipantId).OfType<string>(), StringComparer.Ordinal);
    }

    private static async Task<(TestRoom Test, FakePeer Buyer, FakePeer Agent, TapLog Tap)> CallAsync()
    {
        var test = await TestRoom.OpenAsync();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        var agent = await test.JoinTalkingAsync("a", "agent", 2);
        var tap = new TapLog();
        await test.Room.AttachTapAsync(tap, CancellationToken.None);
        await MuteAsync(test);
        return (test, buyer, agent, tap);
    }

    private static async Task MuteAsync(TestRoom test, bool microphone = false, bool camera = false) => Assert.True(
        (await test.Room.SetPublicationsAsync("b", [new("0", "microphone", microphone), new("1", "camera", camera)], CancellationToken.None)).IsDone);
}
