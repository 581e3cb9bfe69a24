using AfterSales.Video.Load.Servers;

namespace AfterSales.Video.Load.Tests;

public sealed class TurnedOfferTests
{
    internal static readonly string JanusOffer = string.Join("\r\n",
        "v=0", "o=- 1795375465000000 1 IN IP4 192.0.2.2", "s=VideoRoom 1000", "t=0 0", "a=group:BUNDLE 0 1", "a=ice-options:trickle",
        "a=fingerprint:sha-256 " + string.Join(':', Enumerable.Repeat("CD", 32)), "a=extmap-allow-mixed", "a=msid-semantic: WMS *",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 192.0.2.2", "a=sendonly", "a=mid:0", "a=rtcp-mux", "a=ice-ufrag:janu", "a=ice-pwd:janusjanusjanusjanus12",
        "a=ice-options:trickle", "a=setup:actpass", "a=rtpmap:111 opus/48000/2", "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid", "a=msid:janus janus0",
        "a=ssrc:2716309245 cname:janus", "a=candidate:1 1 udp 2015363327 192.0.2.2 38416 typ host", "a=end-of-candidates",
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "c=IN IP4 192.0.2.2", "a=sendonly", "a=mid:1", "a=rtcp-mux", "a=ice-ufrag:janu", "a=ice-pwd:janusjanusjanusjanus12",
        "a=setup:actpass", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack pli", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96", "");

    internal static readonly string OurOffer = string.Join("\r\n",
        "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:ours", "a=ice-pwd:oursoursoursoursoursou", "a=fingerprint:sha-256 " + string.Join(':', Enumerable.Repeat("AB", 32)), "a=setup:actpass", "");

    [Fact]
    public void The_answer_keeps_their_media_and_speaks_of_our_transport()
    {
        Assert.True(TurnedOffer.TryTurn(JanusOffer, OurOffer, out var turned));
        var lines = turned!.Answer.Split("\r\n");
        Assert.Equal(2, lines.Count(l => l == "a=ice-ufrag:ours"));
        Assert.Equal(2, lines.Count(l => l == "a=recvonly"));
        Assert.Equal(2, lines.Count(l => l == "a=setup:active"));
        Assert.Contains("m=video 9 UDP/TLS/RTP/SAVPF 96 97", lines, StringComparer.Ordinal);
        Assert.Contains("a=rtpmap:97 rtx/90000", lines, StringComparer.Ordinal);
        Assert.Contains("a=rtcp-fb:96 nack pli", lines, StringComparer.Ordinal);
        Assert.DoesNotContain(lines, l => l.Contains("janu", StringComparison.Ordinal) || l.Contains("CD:CD", StringComparison.Ordinal) || l.StartsWith("a=ssrc", StringComparison.Ordinal));
        Assert.Equal(2, turned.AsAnswer.Split("\r\n").Count(l => l == "a=setup:passive"));
    }

    [Fact]
    public void What_has_no_media_or_no_transport_is_refused()
    {
        Assert.False(TurnedOffer.TryTurn("v=0\r\n", OurOffer, out _));
        Assert.False(TurnedOffer.TryTurn(JanusOffer, "v=0\r\n", out _));
    }
}
