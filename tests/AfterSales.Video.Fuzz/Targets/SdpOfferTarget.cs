using System.Text;
using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Ice;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Fuzz.Targets;

/// <summary>An offer is read, written, read again and answered; the answer must be one that we could read ourselves.</summary>
internal sealed class SdpOfferTarget : IFuzzTarget
{
    private static readonly LocalTransport Local = new()
    {
        Ice = new IceParameters("serverUf", "serverPassword24iceChars"),
        Candidates = [IceCandidate.Host(TransportAddress.FromIPv4(0xCB007101, 443))],
        Fingerprint = new DtlsFingerprint("sha-256", new byte[32]),
        Ssrcs = new CountingSsrcs(),
        SessionId = 1,
        Cname = "fuzz",
    };

    public string Name => "rtc/sdp-offer";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand([.. SeedSet.Files("sdp"), .. Torture.Select(SeedSet.Text)]);

    public IEnumerable<byte[]> Dictionary => Words.Select(SeedSet.Text);

    private static string[] Torture =>
    [
        "", "v=0", "v=0\r\n", "v=0\r\nm=", "v=0\r\nm=audio 9 RTP/SAVPF 0\r\n", "v=0\r\na=group:BUNDLE", "v=0\ro=\n", "v=0\r\no=- 1 1 IN IP4 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF\r\n",
        "v=0\r\nm=application 9 UDP/DTLS/SCTP\r\n", "v=0\r\nm=video 99999 x 1\r\n", "v=0\r\na=candidate:" + new string('9', 600), "\u0000", "v=0\r\n\uFEFFa=",
    ];

    private static string[] Words =>
    [
        "\r\n", "\r\na=", "a=group:BUNDLE ", "a=mid:", "a=rtcp-mux", "m=audio 9 UDP/TLS/RTP/SAVPF ", "m=video 0 ", "m=application ", "a=rtpmap:96 H264/90000",
        "a=fmtp:96 apt=", "packetization-mode=1", "profile-level-id=", "a=extmap:", "a=ssrc-group:FID ", "a=ssrc:", " cname:", "a=simulcast:send ", "a=rid:", "a=candidate:",
        "a=setup:passive", "a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:sha-256 ", "a=bundle-only", "4294967295", "18446744073709551616", "-1", "a=rtcp-fb:* nack pli", "a=inactive",
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (!SdpOffer.TryParse(text, out var offer, out _))
        {
            return;
        }

        var written = offer!.ToString();
        if (Encoding.UTF8.GetByteCount(written) <= SdpLimits.MaxBytes
            && (!SdpOffer.TryParse(written, out var again, out _) || !string.Equals(again!.ToString(), written, StringComparison.Ordinal)))
        {
            throw new InvalidOperationException("What was written reads differently.");
        }

        var first = SdpNegotiator.Answer(offer, new MediaPolicy(), Local, null);
        if (!first.Accepted)
        {
            return;
        }

        if (!SdpOffer.TryParse(first.AnswerSdp!, out _, out var refusal))
        {
            throw new InvalidOperationException($"Our answer is not readable: {refusal!.Code}.");
        }

        if (!SdpNegotiator.Answer(offer, new MediaPolicy { AudioCodecs = ["red", "opus", "telephone-event"] }, Local, first.Session).Accepted)
        {
            throw new InvalidOperationException("The same offer was refused the second time.");
        }
    }

    private sealed class CountingSsrcs : ISsrcSource
    {
        private uint _last;

        public uint Next() => ++_last;
    }
}
