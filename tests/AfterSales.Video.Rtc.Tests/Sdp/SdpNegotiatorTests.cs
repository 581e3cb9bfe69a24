using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Tests.Sdp;

public sealed class SdpNegotiatorTests
{
    public static TheoryData<string> Offers => [.. Exchange.OfferNames];

    [Theory]
    [InlineData("chromium-156-call", "H264:108/109 VP8:96/97 VP9:98/99 AV1:45/46", "opus:111")]
    [InlineData("chromium-156-simulcast", "H264:108/109 VP8:96/97 VP9:98/99 AV1:45/46", "opus:111")]
    [InlineData("firefox-153-call", "VP8:120/124 VP9:121/125 AV1:99/100", "opus:109")]
    [InlineData("safari-17-call-by-hand", "H264:98/99 VP8:100/101 VP9:102/103", "opus:111")]
    [InlineData("aiortc-call", "H264:101/102 VP8:97/98", "opus:96")]
    [InlineData("gstreamer-whip", "H264:96", "opus:97")]
    public void Codecs_are_chosen_in_our_order_with_their_retransmissions(string offer, string video, string audio)
    {
        var session = Exchange.Accepted(Exchange.Answer(Exchange.Offer(offer)));
        Assert.Equal(video, Describe(session.Media.First(m => m.Kind == MediaKind.Video)));
        Assert.Equal(audio, Describe(session.Media.First(m => m.Kind == MediaKind.Audio)));
    }

    [Theory]
    [MemberData(nameof(Offers))]
    public void Every_known_stack_gets_an_answer_it_can_use(string name)
    {
        var result = Exchange.Answer(Exchange.Offer(name));
        var session = Exchange.Accepted(result);
        var answer = result.AnswerSdp!;
        Assert.Contains("a=ice-lite\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("a=end-of-candidates\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("a=setup:passive\r\n", answer, StringComparison.Ordinal);
        Assert.Contains(" tcptype passive\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("video-orientation", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(".local", answer, StringComparison.Ordinal);
        Assert.True(SdpOffer.TryParse(answer, out _, out var refusal), refusal?.ToString());
        Assert.All(session.Media.Where(m => !m.Rejected), m => Assert.NotEqual(0, m.Extensions.Mid + (name.StartsWith("gst", StringComparison.Ordinal) ? 1 : 0)));
        Assert.NotEqual(default, session.RemoteFingerprint.Digest.Span[0]);
    }

    [Fact]
    public void A_full_page_of_eight_sections_fits_when_the_page_limits_its_codecs()
    {
        var session = Exchange.Accepted(Exchange.Answer(Exchange.Offer("chromium-156-eight-sections")));
        Assert.Equal(8, session.Media.Count);
        Assert.Equal(12, session.Media.SelectMany(m => new[] { m.LocalSsrc, m.LocalRtxSsrc }).Where(s => s != 0).Distinct().Count());
        Assert.All(session.Media.Where(m => m.Kind == MediaKind.Video), m => Assert.Equal("H264:108/109 VP8:96/97", Describe(m)));
    }

    [Fact]
    public void A_bundle_uses_the_credentials_of_its_first_section()
    {
        // aiortc gives each section credentials of its own.
        var session = Exchange.Accepted(Exchange.Answer(Exchange.Offer("aiortc-call")));
        Assert.Equal("t3sY", session.RemoteIce.UsernameFragment);
    }

    [Fact]
    public void An_extension_id_that_means_two_things_in_a_bundle_is_used_for_the_first_only()
    {
        // aiortc offers 2 as audio level and, in the other section, as abs-send-time; it keeps one table for both.
        var session = Exchange.Accepted(Exchange.Answer(Exchange.Offer("aiortc-call")));
        var used = session.Media.SelectMany(m => new[] { (m.Extensions.AudioLevel, "level"), (m.Extensions.AbsSendTime, "time"), (m.Extensions.Mid, "mid") })
            .Where(e => e.Item1 != 0).Distinct().ToList();
        Assert.Equal(used.Count, used.Select(e => e.Item1).Distinct().Count());
        Assert.Contains(used, e => e.Item2 == "level");
    }

    [Fact]
    public void A_data_channel_is_rejected_and_the_rest_goes_on()
    {
        var result = Exchange.Answer(Exchange.Offer("chromium-156-simulcast"));
        var session = Exchange.Accepted(result);
        Assert.Equal([false, false, true], session.Media.Select(m => m.Rejected));
        Assert.Contains("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n", result.AnswerSdp, StringComparison.Ordinal);
        Assert.Contains("a=group:BUNDLE 0 1\r\n", result.AnswerSdp, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chromium-156-simulcast")]
    [InlineData("firefox-153-simulcast")]
    public void Simulcast_is_understood_but_not_yet_accepted(string offer)
    {
        var result = Exchange.Answer(Exchange.Offer(offer));
        Assert.Equal(["h", "m", "l"], Exchange.Accepted(result).Media[1].RemoteRids);
        Assert.DoesNotContain("simulcast", result.AnswerSdp, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chromium-156-call", true, true, true, true, "sendrecv")]
    [InlineData("chromium-156-call", true, false, true, false, "recvonly")]
    [InlineData("chromium-156-call", false, true, false, true, "sendonly")]
    [InlineData("chromium-156-call", false, false, false, false, "inactive")]
    [InlineData("chromium-156-whip", true, true, true, false, "recvonly")]
    [InlineData("chromium-156-whep", true, true, false, true, "sendonly")]
    public void Directions_are_what_the_offer_and_the_policy_both_allow(string offer, bool publish, bool subscribe, bool receives, bool sends, string word)
    {
        var result = Exchange.Answer(Exchange.Offer(offer), new MediaPolicy { AllowPublish = publish, AllowSubscribe = subscribe });
        var session = Exchange.Accepted(result);
        Assert.All(session.Media, m => Assert.Equal((receives, sends), (m.RemoteSends, m.LocalSends)));
        Assert.Contains($"a={word}\r\n", result.AnswerSdp, StringComparison.Ordinal);
        Assert.All(session.Media, m => Assert.Equal(sends, m.LocalSsrc != 0));
        Assert.Equal(sends, result.AnswerSdp!.Contains("a=msid:slot0 slot0-video\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public void Announced_sources_are_paired_with_their_retransmissions()
    {
        var session = Exchange.Accepted(Exchange.Answer(Exchange.Offer("chromium-156-call")));
        Assert.Equal([new RemoteSource(374326528, 0)], session.Media[0].RemoteSources);
        Assert.Equal([new RemoteSource(2641337245, 3809205486)], session.Media[1].RemoteSources);
    }

    [Fact]
    public void Red_is_taken_only_when_the_policy_wants_it()
    {
        var offer = Exchange.Offer("chromium-156-call");
        var session = Exchange.Accepted(Exchange.Answer(offer, new MediaPolicy { AudioCodecs = ["red", "opus"] }));
        Assert.Equal("red:63 opus:111", Describe(session.Media[0]));
        Assert.Equal("111/111", session.Media[0].Codecs[0].FormatParameters);
    }

    [Theory]
    [InlineData("profile-level-id=42e01f;packetization-mode=0", null)]
    [InlineData("profile-level-id=64001f;packetization-mode=1", null)]
    [InlineData("profile-level-id=4d001f;packetization-mode=1", null)]
    [InlineData("profile-level-id=zzzzzz;packetization-mode=1", null)]
    [InlineData("profile-level-id=42e01f;packetization-mode=1", "packetization-mode=1;profile-level-id=42e01f")]
    [InlineData("PROFILE-LEVEL-ID=42C00A; Packetization-Mode=1; level-asymmetry-allowed=1", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42c01f")]
    [InlineData("profile-level-id=42e034;packetization-mode=1;level-asymmetry-allowed=1", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e034")]
    [InlineData("profile-level-id=42001f;packetization-mode=1", "packetization-mode=1;profile-level-id=42001f")]
    [InlineData("profile-level-id=4d801f;packetization-mode=1", "packetization-mode=1;profile-level-id=4d801f")]
    [InlineData("packetization-mode=1", "packetization-mode=1;profile-level-id=42000a")]
    public void H264_is_taken_in_constrained_baseline_and_its_mode_1(string offered, string? answered)
    {
        var lines = Exchange.Offer("gstreamer-whip").ReplaceLineEndings("\n").Split('\n');
        var offer = string.Join('\n', lines.Select(l => l.StartsWith("a=fmtp:96 ", StringComparison.Ordinal) ? "a=fmtp:96 " + offered : l));
        var video = Exchange.Accepted(Exchange.Answer(offer)).Media[1];
        Assert.Equal(answered, video.Codecs.SingleOrDefault()?.FormatParameters);
        Assert.Equal(answered is null, video.Rejected);
    }

    private static string Describe(NegotiatedMedia media) =>
        string.Join(' ', media.Codecs.Select(c => $"{c.Name}:{c.PayloadType}{(c.RtxPayloadType is { } rtx ? $"/{rtx}" : "")}"));
}
