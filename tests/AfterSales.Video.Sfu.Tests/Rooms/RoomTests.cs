using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Rooms;
using AfterSales.Video.Sfu.Tests.Fakes;

namespace AfterSales.Video.Sfu.Tests.Rooms;

public sealed class RoomTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_room_takes_eight_participants_and_refuses_the_ninth()
    {
        var test = await TestRoom.OpenAsync();
        for (uint i = 1; i <= 8; i++)
            await test.JoinTalkingAsync($"p{i}", "expert", i);
        Assert.Equal("room.full", (await test.Room.JoinAsync(new ParticipantSpec("p9", "expert"), None)).Error);
        Assert.Equal("participant.exists", (await test.Room.JoinAsync(new ParticipantSpec("p1", "expert"), None)).Error);
        await test.Room.LeaveAsync("p1", "left", None);
        Assert.True((await test.Room.JoinAsync(new ParticipantSpec("p9", "expert"), None)).IsDone);
    }

    [Fact]
    public async Task Eight_people_who_all_talk_hear_four_voices_and_see_the_buyer_first()
    {
        var test = await TestRoom.OpenAsync();
        var peers = new List<FakePeer>();
        for (uint i = 1; i <= 8; i++)
        {
            peers.Add(await test.JoinAsync($"p{i}", i == 8 ? "buyer" : "expert", Sessions.Of(
                Sessions.Audio("0", (i * 1000) + 10, (i * 1000) + 110),
                Sessions.Video("1", (i * 1000) + 20, (i * 1000) + 120),
                Sessions.Audio("2", 0, (i * 1000) + 130, sends: false),
                Sessions.Audio("3", 0, (i * 1000) + 140, sends: false),
                Sessions.Audio("4", 0, (i * 1000) + 150, sends: false))));
        }
        for (ushort round = 0; round < 50; round++)
        {
            for (uint i = 1; i <= 8; i++)
            {
                // The higher the number, the louder: 127 is silence on the wire.
                peers[(int)i - 1].Receive(Packets.Opus((i * 1000) + 10, round, round * 960u, level: (byte)(120 - (i * 12))));
                peers[(int)i - 1].Receive(Packets.Vp8((i * 1000) + 20, round, round * 3_000u, keyFrame: round == 0));
            }
            test.Loop.Advance(20);
        }
        var slots = (await test.Room.SnapshotAsync(None)).Participants[0].Slots;
        Assert.Equal("p8", slots.Single(slot => slot.Kind == MediaKind.Video).FromParticipantId);
        Assert.Equal("p5 p6 p7 p8", string.Join(" ", slots.Where(slot => slot.Kind == MediaKind.Audio).Select(slot => slot.FromParticipantId).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_third_participant_makes_the_others_want_more_slots_once()
    {
        var test = await TestRoom.OpenAsync();
        foreach (var (id, number) in new[] { ("b", 1u), ("a", 2u), ("e", 3u) })
        {
            var peer = await test.JoinTalkingAsync(id, "expert", number);
            peer.Receive(Packets.Opus((number * 1000) + 10, 1, 0));
            peer.Receive(Packets.Vp8((number * 1000) + 20, 1, 0, keyFrame: true));
        }
        Assert.Empty(test.Log.Of<RoomEvent.NegotiationWanted>());
        test.Loop.Advance(60);
        var wishes = test.Log.Of<RoomEvent.NegotiationWanted>();
        Assert.Equal("a b e", string.Join(" ", wishes.Select(wish => wish.ParticipantId).Order(StringComparer.Ordinal)));
        Assert.All(wishes, wish => Assert.Equal((2, 2, "slots"), (wish.AudioSlots, wish.VideoSlots, wish.Reason)));
        test.Loop.Advance(5000);
        Assert.Equal(3, test.Log.Of<RoomEvent.NegotiationWanted>().Count);
        // The client adds sections: they are filled without a further wish.
        await test.NegotiateAsync("b", Sessions.Of([.. TestRoom.Talking(1).Media, Sessions.Audio("2", 0, 1130, false), Sessions.Video("3", 0, 1140, false)]), sameClient: true);
        var slots = test.Log.Of<RoomEvent.SlotsChanged>().Last(changed => changed.ParticipantId is "b").Slots;
        Assert.Equal("a:microphone a:camera e:microphone e:camera", string.Join(" ", slots.Select(slot => slot.PublicationId)));
        test.Loop.Advance(100);
        Assert.Equal(3, test.Log.Of<RoomEvent.NegotiationWanted>().Count);
    }

    [Fact]
    public async Task A_receiver_without_the_senders_codec_makes_the_sender_negotiate_again()
    {
        var test = await TestRoom.OpenAsync();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        await test.Room.SetPublicationsAsync("b", [new("0", "microphone", false), new("1", "camera", false)], None);
        await test.JoinTalkingAsync("a", "agent", 2, codecs: [Sessions.Vp8()]);
        test.Loop.Advance(100);
        var wish = Assert.Single(test.Log.Of<RoomEvent.NegotiationWanted>());
        Assert.Equal(("b", "codec"), (wish.ParticipantId, wish.Reason));
        await test.NegotiateAsync("b", TestRoom.Talking(1, [Sessions.Vp8(), Sessions.H264()]), sameClient: true);
        Assert.Equal("VP8", buyer.Policy!.VideoCodecs[0]);
        Assert.Contains("H264", buyer.Policy.VideoCodecs, StringComparer.Ordinal);
        test.Loop.Advance(100);
        Assert.Single(test.Log.Of<RoomEvent.NegotiationWanted>());
    }

    [Fact]
    public async Task Muting_is_told_and_keeps_the_slot()
    {
        var test = await TestRoom.OpenAsync();
        var tap = new TapLog();
        await test.Room.AttachTapAsync(tap, None);
        await test.JoinTalkingAsync("b", "buyer", 1);
        await test.JoinTalkingAsync("a", "agent", 2);
        await test.Room.SetPublicationsAsync("b", [new("0", "microphone", false), new("1", "camera", false)], None);
        await test.Room.SetPublicationsAsync("b", [new("0", "microphone", true), new("1", "camera", false)], None);
        Assert.True(test.Log.Of<RoomEvent.PublicationsChanged>()[^1].Publications.Single(item => item.Kind == MediaKind.Audio).Muted);
        Assert.Contains(tap.Events, item => item is { Kind: "muted", ParticipantId: "b", Detail: "microphone" });
        var slots = (await test.Room.SnapshotAsync(None)).Participants[1].Slots;
        Assert.Equal("b:microphone", slots[0].PublicationId);
    }

    [Fact]
    public async Task Publications_of_unknown_sections_and_sources_are_refused()
    {
        var test = await TestRoom.OpenAsync();
        await test.JoinTalkingAsync("b", "buyer", 1);
        Assert.Equal("publication.unknown_mid", (await test.Room.SetPublicationsAsync("b", [new("7", "camera", false)], None)).Error);
        Assert.Equal("publication.bad_source", (await test.Room.SetPublicationsAsync("b", [new("1", "hologram", false)], None)).Error);
        Assert.Equal("participant.unknown", (await test.Room.SetPublicationsAsync("x", [], None)).Error);
    }

    [Fact]
    public async Task A_participant_that_comes_back_plays_on_in_the_same_slots_with_new_tracks()
    {
        var test = await TestRoom.OpenAsync();
        var tap = new TapLog();
        await test.Room.AttachTapAsync(tap, None);
        var before = await test.JoinTalkingAsync("b", "buyer", 1);
        var agent = await test.JoinTalkingAsync("a", "agent", 2);
        before.Receive(Packets.Vp8(1020, 100, 5_000, keyFrame: true));
        before.Receive(Packets.Vp8(1020, 101, 8_000));
        var changes = test.Log.Of<RoomEvent.SlotsChanged>().Count(changed => changed.ParticipantId is "a");
        var after = await test.NegotiateAsync("b", TestRoom.Talking(5));
        Assert.Equal(PeerState.Closed, before.State);
        Assert.NotSame(before, after);
        test.Loop.Advance(500);
        before.Receive(Packets.Vp8(1020, 102, 11_000));
        after.Receive(Packets.Vp8(5020, 7, 777_000));
        after.Receive(Packets.Vp8(5020, 8, 780_000, keyFrame: true));
        var sent = agent.On(2120);
        Assert.Equal(3, sent.Count);
        Assert.Equal(sent[1].Sequence + 1, sent[2].Sequence);
        Assert.InRange(sent[2].Timestamp - sent[1].Timestamp, 44_000u, 47_000u);
        Assert.Equal(2, tap.Started.Select(track => track.TrackId).Distinct().Count());
        Assert.Equal([tap.Started[0].TrackId], tap.Ended);
        Assert.Equal(changes, test.Log.Of<RoomEvent.SlotsChanged>().Count(changed => changed.ParticipantId is "a"));
    }

    [Fact]
    public async Task A_tap_attached_late_hears_who_is_there_and_gets_a_key_frame()
    {
        var test = await TestRoom.OpenAsync();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        buyer.Receive(Packets.Vp8(1020, 1, 0, keyFrame: true));
        buyer.ReceiveRtcp((ref Rtc.Rtcp.RtcpWriter writer) => writer.TryWriteSenderReport(new Rtc.Rtcp.SenderReport(1020, 1UL << 40, 4_500, 1, 1), []));
        test.Loop.Advance(2000);
        buyer.Rtcp.Clear();
        var tap = new TapLog();
        Assert.True((await test.Room.AttachTapAsync(tap, None)).IsDone);
        Assert.Equal("participant_joined participant_connected dtls_connected", string.Join(" ", tap.Events.Select(item => item.Kind)));
        Assert.Equal(("b", "buyer", "camera", "VP8"), (tap.Started[0].ParticipantId, tap.Started[0].Role, tap.Started[0].Source, tap.Started[0].Codec.Name));
        Assert.Equal(4_500u, tap.Reports.Single().RtpTimestamp);
        test.Loop.Advance(10);
        Assert.Equal(1, buyer.Count(Rtc.Rtcp.RtcpType.PayloadFeedback, Rtc.Rtcp.RtcpFormat.Pli));
        await test.Room.DetachTapAsync(tap, None);
        buyer.Receive(Packets.Vp8(1020, 2, 3_000));
        Assert.Empty(tap.Rtp);
    }

    [Fact]
    public async Task A_change_of_codec_starts_the_same_track_again()
    {
        var test = await TestRoom.OpenAsync();
        var tap = new TapLog();
        await test.Room.AttachTapAsync(tap, None);
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        buyer.Receive(Packets.Vp8(1020, 1, 0, keyFrame: true));
        buyer.Receive(Packets.Build(108, true, 2, 3_000, 1020, [0x67, 1, 2]));
        Assert.Equal("VP8 H264", string.Join(" ", tap.Started.Select(track => track.Codec.Name)));
        Assert.Single(tap.Started.Select(track => track.TrackId).Distinct());
    }

    [Fact]
    public async Task Closing_ends_everything_and_the_node_forgets_the_room()
    {
        var test = await TestRoom.OpenAsync();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        buyer.Receive(Packets.Opus(1010, 1, 0));
        await test.Room.CloseAsync("hung_up", None);
        Assert.Equal(PeerState.Closed, buyer.State);
        Assert.Equal("hung_up", test.Log.Of<RoomEvent.Closed>().Single().Reason);
        Assert.Null(test.Node.Find("r1"));
        Assert.Equal("room.closed", (await test.Room.JoinAsync(new ParticipantSpec("x", "agent"), None)).Error);
        Assert.Equal("room.closed", (await test.Room.NegotiateAsync("b", "v=0", None)).Refusal!.Code);
    }

    [Fact]
    public async Task A_full_loop_refuses_instead_of_waiting()
    {
        var test = await TestRoom.OpenAsync();
        test.Loop.IsFull = true;
        Assert.Equal("room.busy", (await test.Room.JoinAsync(new ParticipantSpec("b", "buyer"), None)).Error);
        Assert.Equal("room.busy", (await test.Room.NegotiateAsync("b", "v=0", None)).Refusal!.Code);
        Assert.Null(await test.Node.OpenRoomAsync("r2", None));
    }

    [Fact]
    public async Task Bad_offers_are_refused_and_change_nothing()
    {
        var test = await TestRoom.OpenAsync();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        Assert.Equal("sdp.malformed", (await test.Room.NegotiateAsync("b", "rubbish", None)).Refusal!.Code);
        Assert.Equal(PeerState.Connected, buyer.State);
        Assert.Equal("participant.unknown", (await test.Room.NegotiateAsync("x", "rubbish", None)).Refusal!.Code);
    }

    [Fact]
    public async Task The_node_holds_no_more_rooms_than_it_may()
    {
        var test = await TestRoom.OpenAsync(new SfuOptions { MaxRooms = 2 });
        Assert.NotNull(await test.Node.OpenRoomAsync("r2", None));
        Assert.Same(test.Room, await test.Node.OpenRoomAsync("r1", None));
        Assert.Null(await test.Node.OpenRoomAsync("r3", None));
        await test.Room.CloseAsync("done", None);
        Assert.NotNull(await test.Node.OpenRoomAsync("r3", None));
    }

    [Fact]
    public async Task Quality_is_told_each_second()
    {
        var test = await TestRoom.OpenAsync();
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1);
        await test.JoinTalkingAsync("a", "agent", 2);
        for (ushort i = 0; i < 200; i++)
        {
            if (i % 10 != 9)
                buyer.Receive(Packets.Vp8(1020, i, i * 3_000u, keyFrame: i == 0));
            test.Loop.Advance(20);
        }
        var told = test.Log.Of<RoomEvent.Quality>().Where(quality => quality.ParticipantId is "b").ToArray();
        Assert.InRange(told.Length, 3, 5);
        Assert.InRange(told[^1].Value.UplinkLoss, 0.05, 0.15);
    }
}
