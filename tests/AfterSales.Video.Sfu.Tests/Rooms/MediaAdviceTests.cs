using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Sfu.Rooms;
using AfterSales.Video.Sfu.Tests.Fakes;

namespace AfterSales.Video.Sfu.Tests.Rooms;

public sealed class MediaAdviceTests
{
    private const uint BuyerVideo = 1020;
    private const uint BuyerAudio = 1010;
    private const uint AgentVideoSlot = 2120;
    private const uint AgentAudioSlot = 2110;

    private readonly List<FixedEstimator> _links = [];
    private ushort _sequence;

    [Fact]
    public async Task A_viewer_whose_link_is_too_thin_is_sent_sound_alone_while_the_recorder_sees_everything()
    {
        var (test, buyer, agent, tap) = await TalkAsync();
        Send(test, buyer, 1000, keyFrame: true);
        Assert.NotEmpty(agent.On(AgentVideoSlot));

        _links[1].EstimateBps = 150_000;
        Send(test, buyer, 3500);
        var advice = Assert.Single(test.Log.Of<RoomEvent.MediaAdvice>());
        Assert.Equal(new RoomEvent.MediaAdvice("a", LinkDirection.Downlink, MediaMode.Stills, 150_000, "weak_link"), advice);
        Assert.Contains(tap.Events, e => e is { Kind: "media_advice", ParticipantId: "a", Role: "agent", Detail: "downlink stills weak_link 150 kbit/s" });

        var (video, audio, recorded) = (agent.On(AgentVideoSlot).Count, agent.On(AgentAudioSlot).Count, tap.Rtp.Count);
        agent.ReceiveRtcp((ref RtcpWriter writer) => writer.TryWritePli(7, AgentVideoSlot));
        buyer.Rtcp.Clear();
        Send(test, buyer, 2000);
        Assert.Equal(video, agent.On(AgentVideoSlot).Count);
        Assert.Equal(audio + 50, agent.On(AgentAudioSlot).Count);
        Assert.Equal(recorded + 100, tap.Rtp.Count);
        Assert.Equal(0, buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli));
    }

    [Fact]
    public async Task Video_returns_with_a_key_frame_and_the_cap_of_the_viewer_with_it()
    {
        var (test, buyer, agent, _) = await TalkAsync();
        Send(test, buyer, 1000, keyFrame: true);
        _links[1].EstimateBps = 150_000;
        Send(test, buyer, 4000);
        // Nobody watches: nothing holds the camera back, for the recording's sake.
        Assert.Equal(new SfuOptions().MaxPublisherBps, LastCap(buyer));

        _links[1].EstimateBps = 500_000;
        buyer.Rtcp.Clear();
        Send(test, buyer, 9500);
        Assert.Equal([MediaMode.Stills, MediaMode.Video], test.Log.Of<RoomEvent.MediaAdvice>().Select(advice => advice.Mode));
        Assert.Equal("recovered", test.Log.Of<RoomEvent.MediaAdvice>()[^1].Reason);
        Assert.NotEqual(0, buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli));
        Assert.InRange(LastCap(buyer), 400_000, 500_000);
        var before = agent.On(AgentVideoSlot).Count;
        Send(test, buyer, 200);
        Assert.Equal(before, agent.On(AgentVideoSlot).Count);
        Send(test, buyer, 200, keyFrame: true);
        Assert.NotEqual(before, agent.On(AgentVideoSlot).Count);
    }

    [Fact]
    public async Task Who_is_shown_no_picture_is_advised_nothing()
    {
        var (test, buyer, _, _) = await TalkAsync();
        _links[1].EstimateBps = 30_000;
        for (var i = 0; i < 500; i++)
        {
            buyer.Receive(Packets.Opus(BuyerAudio, (ushort)i, (uint)i * 960));
            test.Loop.Advance(20);
        }
        Assert.Empty(test.Log.Of<RoomEvent.MediaAdvice>());
    }

    [Fact]
    public async Task A_thin_uplink_that_the_page_reports_is_told_once_and_forgotten_with_the_peer()
    {
        var (test, buyer, _, tap) = await TalkAsync();
        for (var i = 0; i < 8; i++)
        {
            Assert.True((await test.Room.ReportUplinkAsync("b", new UplinkReport(110_000), CancellationToken.None)).IsDone);
            Send(test, buyer, 1000, keyFrame: i == 0);
        }
        var advice = Assert.Single(test.Log.Of<RoomEvent.MediaAdvice>());
        Assert.Equal(("b", LinkDirection.Uplink, MediaMode.Stills, "weak_link"), (advice.ParticipantId, advice.Direction, advice.Mode, advice.Reason));
        Assert.Equal(MediaMode.Stills, (await test.Room.SnapshotAsync(CancellationToken.None)).Participants[0].UplinkMode);

        await test.NegotiateAsync("b", TestRoom.Talking(1));
        Assert.Equal((MediaMode.Video, "reconnected"), test.Log.Of<RoomEvent.MediaAdvice>().Select(told => (told.Mode, told.Reason)).Last());
        Assert.Equal(2, tap.Events.Count(e => e.Kind is "media_advice"));
    }

    [Fact]
    public async Task A_report_that_cannot_be_is_refused()
    {
        var (test, _, _, _) = await TalkAsync();
        Assert.Equal("uplink.bad_report", (await test.Room.ReportUplinkAsync("b", new UplinkReport(-1), CancellationToken.None)).Error);
        Assert.Equal("participant.unknown", (await test.Room.ReportUplinkAsync("x", new UplinkReport(1), CancellationToken.None)).Error);
    }

    private async Task<(TestRoom Test, FakePeer Buyer, FakePeer Agent, TapLog Tap)> TalkAsync()
    {
        var test = await TestRoom.OpenAsync(new SfuOptions { CreateEstimator = _ => Link() });
        var tap = new TapLog();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        var agent = await test.JoinTalkingAsync("a", "agent", 2);
        await test.Room.AttachTapAsync(tap, CancellationToken.None);
        return (test, buyer, agent, tap);
    }

    private FixedEstimator Link()
    {
        _links.Add(new FixedEstimator());
        return _links[^1];
    }

    /// <summary>A picture and a voice packet each 40 ms.</summary>
    private void Send(TestRoom test, FakePeer buyer, int milliseconds, bool keyFrame = false)
    {
        for (var elapsed = 0; elapsed < milliseconds; elapsed += 40)
        {
            _sequence++;
            buyer.Receive(Packets.Vp8(BuyerVideo, _sequence, _sequence * 3_600u, keyFrame && elapsed == 0));
            buyer.Receive(Packets.Opus(BuyerAudio, _sequence, _sequence * 1_920u));
            test.Loop.Advance(40);
        }
    }

    private static long LastCap(FakePeer peer)
    {
        long cap = 0;
        foreach (var compound in peer.Rtcp)
        {
            foreach (var part in new RtcpCompoundReader(compound))
            {
                if (Remb.TryParse(part, out var bitrateBps, out _))
                    cap = bitrateBps;
            }
        }
        return cap;
    }
}
