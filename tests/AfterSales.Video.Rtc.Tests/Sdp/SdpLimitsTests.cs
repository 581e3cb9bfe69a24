using System.Diagnostics;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Tests.Sdp;

public sealed class SdpLimitsTests(ITestOutputHelper output)
{
    private static readonly string Chromium = Exchange.Offer("chromium-156-call");

    public static TheoryData<string> Shapes =>
    [
        "a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n", "a=ssrc:{0} cname:x\r\n", "a=ssrc-group:FID {0} 9\r\n", "a=x\n", "\n", "a=extmap:{0} urn:x\r\n",
        "a=rtcp-fb:96 nack\r\n", "a=rtpmap:96 VP8/90000\r\n", "a=fmtp:96 a=b;c=d;e=f\r\n", "a=simulcast:send 1\r\n", "a=rid:{0} send\r\n",
        "a=fingerprint:sha-512 AB:CD\r\n", "a=ice-ufrag:abcd\r\n", "a=group:LS 0 1\r\n", "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n", "a=candidate\r\n",
    ];

    [Theory]
    [InlineData("sdp.too_large", "a=x:", 16 * 1024, "\r\n")]
    [InlineData("sdp.malformed", "a=x:", 2048, "\r\n")]
    [InlineData("sdp.malformed", "no equals sign", 0, "\r\n")]
    [InlineData("sdp.too_many_candidates", "a=candidate:x\r\n", 51, null)]
    [InlineData("sdp.too_many_sections", "m=audio 0 RTP/SAVPF 0\r\n", 7, null)]
    [InlineData("sdp.too_many_codecs", "m=audio 0 RTP/SAVPF 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64\r\n", 1, null)]
    [InlineData("sdp.malformed", "m=audio 9 RTP/SAVPF 128\r\n", 1, null)]
    [InlineData("sdp.malformed", "m=audio 9 RTP/SAVPF 96 96\r\n", 1, null)]
    [InlineData("sdp.malformed", "a=ice-pwd:short\r\n", 1, null)]
    [InlineData("sdp.malformed", "a=fingerprint:sha-256 AB\r\n", 1, null)]
    [InlineData("sdp.malformed", "a=setup:holdconn\r\n", 1, null)]
    [InlineData("sdp.malformed", "v=0\r\n", 1, null)]
    public void Too_much_or_wrong_has_its_code(string code, string piece, int count, string? end)
    {
        var tail = end is null ? string.Concat(Enumerable.Repeat(piece, count)) : piece + new string('x', count) + end;
        var refusal = Exchange.Answer(Chromium + tail).Refusal;
        Assert.Equal(code, refusal?.Code);
        Assert.DoesNotContain("xx", refusal!.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sdp.no_bundle", "a=group:BUNDLE 0 1", "a=group:BUNDLE 0")]
    [InlineData("sdp.no_bundle", "a=mid:1", "a=middle:1")]
    [InlineData("sdp.no_rtcp_mux", "a=rtcp-mux", "a=rtcp-mix")]
    [InlineData("sdp.no_fingerprint", "a=fingerprint:sha-256", "a=fingerprint:sha-1")]
    [InlineData("sdp.no_ice_credentials", "a=ice-pwd", "a=ice-password")]
    [InlineData("sdp.no_media", "SAVPF", "SAVP")]
    [InlineData("sdp.no_media", "opus/48000", "silk/48000", "a=rtpmap", "a=map")]
    [InlineData("sdp.malformed", "a=mid:1", "a=mid:0")]
    [InlineData("sdp.malformed", "v=0", "v=1")]
    public void What_we_depend_on_is_demanded(string code, string from, string to, string alsoFrom = "v=0", string alsoTo = "v=0") =>
        Assert.Equal(code, Exchange.Answer(Chromium.Replace(from, to, StringComparison.Ordinal).Replace(alsoFrom, alsoTo, StringComparison.Ordinal)).Refusal?.Code);

    [Fact]
    public void Unknown_lines_are_ignored_and_never_come_back()
    {
        var answer = Exchange.Answer(Chromium + "a=evil:<script>\r\nb=AS:evil\r\na=rtcp-fb:96 evil\r\na=extmap:9 urn:evil\r\na=ssrc:5 evil:evil\r\n").AnswerSdp;
        Assert.DoesNotContain("evil", answer, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Sixteen_kilobytes_of_anything_take_under_five_milliseconds_and_a_megabyte(string line)
    {
        var offer = Chromium;
        for (var i = 1; offer.Length + line.Length < SdpLimits.MaxBytes - 16; i++)
        {
            offer += line.Replace("{0}", i.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }

        var times = new double[21];
        var most = 0L;
        Exchange.Answer(offer);
        for (var i = 0; i < times.Length; i++)
        {
            var (bytes, start) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            Exchange.Answer(offer);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - bytes);
        }

        Array.Sort(times);
        output.WriteLine($"median {times[10]:0.00} ms, {most} bytes");
        Assert.InRange(times[10], 0, 5);
        Assert.InRange(most, 0, 1 << 20);
    }

    [Fact]
    public void Reading_what_was_written_changes_nothing()
    {
        const int Seed = 20260202;
        var random = new Random(Seed);
        var accepted = 0;
        for (var i = 0; i < 5000; i++)
        {
            var text = Mutate(Exchange.Offer(Exchange.OfferNames[random.Next(Exchange.OfferNames.Count)]), random);
            if (!SdpOffer.TryParse(text, out var offer, out _))
            {
                continue;
            }

            var written = offer!.ToString();
            if (System.Text.Encoding.UTF8.GetByteCount(written) <= SdpLimits.MaxBytes)
            {
                Assert.True(SdpOffer.TryParse(written, out var again, out var refusal), $"seed {Seed}, round {i}: {refusal}\n{text}");
                Assert.Equal(written, again!.ToString());
                accepted++;
            }
        }

        Assert.True(accepted > 1000, $"only {accepted} were accepted");
    }

    /// <summary>Lines dropped, doubled, moved, and single characters changed.</summary>
    private static string Mutate(string offer, Random random)
    {
        var lines = offer.Split("\r\n").ToList();
        for (var n = random.Next(5); n > 0; n--)
        {
            var (from, to) = (random.Next(lines.Count), random.Next(lines.Count));
            switch (random.Next(4))
            {
                case 0: lines.RemoveAt(from); break;
                case 1: lines.Insert(to, lines[from]); break;
                case 2: (lines[from], lines[to]) = (lines[to], lines[from]); break;
                default:
                    var characters = lines[from].ToCharArray();
                    if (characters.Length > 2)
                    {
                        characters[random.Next(2, characters.Length)] = (char)random.Next(32, 127);
                    }

                    lines[from] = new string(characters);
                    break;
            }
        }

        return string.Join("\r\n", lines);
    }
}
