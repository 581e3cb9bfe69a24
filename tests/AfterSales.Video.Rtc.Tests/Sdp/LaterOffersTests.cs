using AfterSales.Video.Rtc.Ice;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Tests.Sdp;

/// <summary>Second and later offers, written by our own client role.</summary>
public sealed class LaterOffersTests
{
    private static readonly OfferedMedia Microphone = new("0", MediaKind.Audio, Sends: true, Receives: true) { Ssrc = 1 };
    private static readonly OfferedMedia Camera = new("1", MediaKind.Video, Sends: true, Receives: true) { Ssrc = 2, RtxSsrc = 3, Codecs = ["VP8"] };
    private static readonly OfferedMedia SecondVoice = new("2", MediaKind.Audio, Sends: false, Receives: true);
    private static readonly OfferedMedia SecondPicture = new("3", MediaKind.Video, Sends: false, Receives: true);
    private readonly LocalTransport _client = Exchange.Local() with { Ice = new IceParameters("clientUf", "clientPassword24iceChars"), Candidates = [] };

    [Fact]
    public void Both_sides_understand_an_exchange_the_same_way()
    {
        var server = Exchange.Answer(Offer(1, Microphone, Camera));
        var session = Exchange.Accepted(server);
        var mine = Exchange.Accepted(SdpOfferBuilder.ApplyAnswer([Microphone, Camera], server.AnswerSdp!));
        Assert.Equal(new RemoteSource(session.Media[1].LocalSsrc, session.Media[1].LocalRtxSsrc), Assert.Single(mine.Media[1].RemoteSources));
        Assert.Equal(new RemoteSource(2, 3), Assert.Single(session.Media[1].RemoteSources));
        Assert.Equal(session.Media[1].Codecs, mine.Media[1].Codecs);
        Assert.Equal(session.Media[1].Extensions, mine.Media[1].Extensions);
        Assert.All(mine.Media, m => Assert.True(m is { LocalSends: true, RemoteSends: true, Rejected: false }));
        Assert.Equal("serverUf", mine.RemoteIce.UsernameFragment);
        Assert.False(mine.RemoteIsDtlsClient);
        Assert.True(session.RemoteIsDtlsClient);
        Assert.Equal(2, mine.RemoteCandidates.Count);
    }

    [Fact]
    public void Slots_are_added_and_the_ssrcs_of_the_old_ones_stay()
    {
        var first = Exchange.Accepted(Exchange.Answer(Offer(1, Microphone, Camera)));
        var result = Exchange.Answer(Offer(2, Microphone, Camera, SecondVoice, SecondPicture), previous: first);
        var second = Exchange.Accepted(result);
        Assert.Equal(first.Media.Select(m => m.LocalSsrc), second.Media.Take(2).Select(m => m.LocalSsrc));
        Assert.Equal(first.Media[1].LocalRtxSsrc, second.Media[1].LocalRtxSsrc);
        Assert.Contains("a=msid:slot1 slot1-video\r\n", result.AnswerSdp, StringComparison.Ordinal);
        Assert.Contains("o=- 42 2 IN", result.AnswerSdp, StringComparison.Ordinal);
        Assert.Equal(2, second.Version);
    }

    [Fact]
    public void A_slot_that_pauses_comes_back_with_its_ssrc()
    {
        var first = Exchange.Accepted(Exchange.Answer(Offer(1, Microphone, Camera)));
        var paused = Exchange.Accepted(Exchange.Answer(Offer(2, Microphone, Camera with { Receives = false }), previous: first));
        var back = Exchange.Accepted(Exchange.Answer(Offer(3, Microphone, Camera), previous: paused));
        Assert.False(paused.Media[1].LocalSends);
        Assert.Equal(first.Media[1].LocalSsrc, back.Media[1].LocalSsrc);
    }

    [Fact]
    public void Sections_may_not_vanish_swap_or_change_their_name()
    {
        var first = Exchange.Accepted(Exchange.Answer(Offer(1, Microphone, Camera)));
        OfferedMedia[][] wrong = [[Microphone], [Camera, Microphone], [Microphone, Camera with { Mid = "9" }], [Microphone, SecondVoice with { Mid = "1" }]];
        foreach (var media in wrong)
        {
            Assert.Equal(SdpCodes.SectionsChanged, Exchange.Answer(Offer(2, media), previous: first).Refusal?.Code);
        }
    }

    [Fact]
    public void A_rejected_section_is_recycled()
    {
        var h264Only = new MediaPolicy { VideoCodecs = ["H264"] };
        var first = Exchange.Accepted(Exchange.Answer(Offer(1, Microphone, Camera), h264Only));
        Assert.True(first.Media[1].Rejected);
        var second = Exchange.Accepted(Exchange.Answer(Offer(2, Microphone, SecondVoice), h264Only, first));
        Assert.False(second.Media[1].Rejected);
        Assert.Equal("2", second.Media[1].Mid);
        Assert.NotEqual(second.Media[0].LocalSsrc, second.Media[1].LocalSsrc);
    }

    [Fact]
    public void New_credentials_are_an_ice_restart_and_nothing_else_changes()
    {
        var first = Exchange.Accepted(Exchange.Answer(Offer(1, Microphone, Camera)));
        Assert.True(SdpOffer.TryParse(Offer(2, Microphone, Camera), out var same, out _));
        Assert.False(same!.IsIceRestart(first));
        var restarted = SdpOfferBuilder.Build([Microphone, Camera], _client with { Ice = IceCredentials.Generate() }, 2);
        Assert.True(SdpOffer.TryParse(restarted, out var offer, out _));
        Assert.True(offer!.IsIceRestart(first));
        Assert.True(Exchange.Answer(restarted, previous: first).Accepted);
    }

    [Theory]
    [InlineData("a=setup:actpass", "a=setup:passive")]
    [InlineData("a=fingerprint:sha-256 00", "a=fingerprint:sha-256 FF")]
    public void The_dtls_association_may_not_change(string from, string to)
    {
        var first = Exchange.Accepted(Exchange.Answer(Offer(1, Microphone, Camera)));
        var changed = Offer(2, Microphone, Camera).Replace(from, to, StringComparison.Ordinal);
        Assert.Equal(SdpCodes.DtlsChanged, Exchange.Answer(changed, previous: first).Refusal?.Code);
    }

    /// <summary>Found by the fuzzer: the rejected first section was compared with the accepted second one.</summary>
    [Fact]
    public void The_same_offer_again_is_no_change_even_when_its_first_section_is_rejected()
    {
        var offer = Exchange.Offer("aiortc-call").Replace("opus/48000", "silk/48000", StringComparison.Ordinal);
        var video = offer.IndexOf("m=video", StringComparison.Ordinal);
        offer = offer[..video] + offer[video..].Replace("a=setup:actpass", "a=setup:passive", StringComparison.Ordinal);
        var first = Exchange.Accepted(Exchange.Answer(offer));
        Assert.True(first.Media[0].Rejected);
        Assert.True(SdpOffer.TryParse(offer, out var again, out _));
        Assert.False(again!.IsIceRestart(first));
        Exchange.Accepted(Exchange.Answer(offer, previous: first));
    }

    [Fact]
    public void An_offerer_that_waits_for_us_makes_us_the_dtls_client()
    {
        var result = Exchange.Answer(Offer(1, Microphone, Camera).Replace("a=setup:actpass", "a=setup:passive", StringComparison.Ordinal));
        Assert.False(Exchange.Accepted(result).RemoteIsDtlsClient);
        Assert.Contains("a=setup:active\r\n", result.AnswerSdp, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_for_another_offer_is_refused()
    {
        var server = Exchange.Answer(Offer(1, Microphone, Camera));
        Assert.Equal(SdpCodes.AnswerMismatch, SdpOfferBuilder.ApplyAnswer([Camera, Microphone], server.AnswerSdp!).Refusal?.Code);
        Assert.Equal(SdpCodes.AnswerMismatch, SdpOfferBuilder.ApplyAnswer([Microphone], server.AnswerSdp!).Refusal?.Code);
    }

    private string Offer(long version, params OfferedMedia[] media) => SdpOfferBuilder.Build(media, _client, version);
}
