using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Sfu.Telemetry;
using AfterSales.Video.Sfu.Tests.Fakes;

namespace AfterSales.Video.Sfu.Tests.Forwarding;

public sealed class PacerTests
{
    private const uint BuyerVideo = 1020;
    private const uint BuyerAudio = 1010;
    private const uint AgentVideoSlot = 2120;
    private const uint AgentAudioSlot = 2110;

    private readonly FixedEstimator _link = new() { EstimateBps = 300_000, IsConstrained = true };
    private ushort _sequence;

    [Fact]
    public async Task A_link_without_a_known_limit_is_sent_everything_at_once()
    {
        var (test, buyer, agent) = await TalkAsync();
        _link.IsConstrained = false;
        Send(test, buyer, packets: 200, everyMs: 1, keyFrameAt: 0);
        Assert.Equal(200, agent.On(AgentVideoSlot).Count);
    }

    [Fact]
    public async Task On_a_thin_link_voices_pass_pictures_wait_and_what_waits_too_long_ends_in_a_key_frame_without_a_gap()
    {
        var (test, buyer, agent) = await TalkAsync();
        Send(test, buyer, packets: 10, everyMs: 40, keyFrameAt: 0);
        test.Loop.Advance(3000);
        buyer.Rtcp.Clear();
        agent.Rtp.Clear();

        // 0.9 Mbit/s into 0.3.
        Send(test, buyer, packets: 100, everyMs: 10);
        Assert.Equal(100, agent.On(AgentAudioSlot).Count);
        var sent = agent.On(AgentVideoSlot);
        Assert.InRange(sent.Sum(packet => packet.Packet.Length), 10_000, 55_000);
        Assert.True(test.Counters.Dropped(SfuDrop.Congestion) > 20);
        Assert.NotEqual(0, buyer.Count(RtcpType.PayloadFeedback, RtcpFormat.Pli));

        Send(test, buyer, packets: 10, everyMs: 40, keyFrameAt: 0);
        test.Loop.Advance(1000);
        sent = agent.On(AgentVideoSlot);
        Assert.Equal(_sequence, System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(sent[^1].Payload.AsSpan(2)));
        Assert.All(sent.Zip(sent.Skip(1)), pair => Assert.Equal((ushort)(pair.First.Sequence + 1), pair.Second.Sequence));
    }

    private async Task<(TestRoom Test, FakePeer Buyer, FakePeer Agent)> TalkAsync()
    {
        var test = await TestRoom.OpenAsync(new SfuOptions { CreateEstimator = _ => _link });
        return (test, await test.JoinTalkingAsync("b", "buyer", 1), await test.JoinTalkingAsync("a", "agent", 2));
    }

    /// <summary>A voice packet beside each of the picture's.</summary>
    private void Send(TestRoom test, FakePeer buyer, int packets, int everyMs, int keyFrameAt = -1)
    {
        for (var i = 0; i < packets; i++)
        {
            _sequence++;
            buyer.Receive(Packets.Opus(BuyerAudio, _sequence, _sequence * 960u));
            buyer.Receive(Packets.Vp8(BuyerVideo, _sequence, _sequence * 3_000u, keyFrame: i == keyFrameAt, size: 1100));
            test.Loop.Advance(everyMs);
        }
    }
}
