using System.Globalization;

namespace AfterSales.Video.Rtc.Sdp;

/// <summary>The codecs of one section that both sides can do, in the policy's order: at most one payload type per name.</summary>
internal static class CodecSelection
{
    public static IReadOnlyList<NegotiatedCodec> Select(MediaDescription offered, IReadOnlyList<string> preferred)
    {
        var chosen = new List<NegotiatedCodec>(preferred.Count);
        foreach (var name in preferred)
        {
            if (Find(offered, name) is { } match && !chosen.Exists(c => c.PayloadType == match.Codec.PayloadType))
            {
                chosen.Add(ToNegotiated(offered, match.Codec, name, match.Format));
            }
        }

        // RED wraps Opus: alone it is of no use (RFC 2198).
        chosen.RemoveAll(c => c.Name == "red" && !chosen.Exists(opus => opus.Name == "opus"));
        return chosen;
    }

    /// <summary>All codecs of an answer to our own offer, as the answer has them.</summary>
    public static IReadOnlyList<NegotiatedCodec> Taken(MediaDescription answered, IReadOnlyList<string> known) =>
    [
        .. answered.Codecs
            .Select(codec => (codec, name: known.FirstOrDefault(codec.Is)))
            .Where(pair => pair.name is not null)
            .Select(pair => ToNegotiated(answered, pair.codec, pair.name!, pair.codec.Format)),
    ];

    private static (SdpCodec Codec, string Format)? Find(MediaDescription offered, string name) => name switch
    {
        "H264" => FindH264(offered),
        "VP8" => First(offered, name, 90000, _ => true, _ => ""),
        "VP9" => First(offered, name, 90000, f => FormatParameters.IsOrAbsent(f, "profile-id", "0"), _ => "profile-id=0"),
        "AV1" => First(offered, name, 90000, f => FormatParameters.IsOrAbsent(f, "profile", "0"), _ => "profile=0"),
        "opus" => First(offered, name, 48000, _ => true, OpusAnswer),
        "red" => First(offered, name, 48000, f => IsRedOfOpus(offered, f), f => f),
        "telephone-event" => First(offered, name, 48000, _ => true, _ => "0-15"),
        _ => null,
    };

    /// <summary>Constrained baseline before baseline; others are left out even where they stand first.</summary>
    private static (SdpCodec Codec, string Format)? FindH264(MediaDescription offered)
    {
        (SdpCodec, string)? baseline = null;
        foreach (var codec in offered.Codecs)
        {
            if (!codec.Is("H264") || codec.ClockRateHz != 90000 || !H264Format.TryParse(codec.Format, out var format))
            {
                continue;
            }

            if (format.Profile == H264Profile.ConstrainedBaseline)
            {
                return (codec, format.Answer());
            }

            baseline ??= format.Profile == H264Profile.Baseline ? (codec, format.Answer()) : null;
        }

        return baseline;
    }

    private static (SdpCodec Codec, string Format)? First(
        MediaDescription offered, string name, int clockRateHz, Func<string, bool> accepts, Func<string, string> answer)
    {
        var codec = offered.Codecs.Find(c => c.Is(name) && c.ClockRateHz == clockRateHz && accepts(c.Format));
        return codec is null ? null : (codec, answer(codec.Format));
    }

    /// <summary>Voice: mono, with in-band FEC; silence suppression where the sender wants it (RFC 7587 §6.1).</summary>
    private static string OpusAnswer(string offered) =>
        FormatParameters.Is(offered, "usedtx", "1")
            ? "minptime=10;useinbandfec=1;stereo=0;usedtx=1"
            : "minptime=10;useinbandfec=1;stereo=0";

    /// <summary>"111/111": every block is the same Opus payload type.</summary>
    private static bool IsRedOfOpus(MediaDescription offered, string format)
    {
        var opus = offered.Codecs.Find(c => c.Is("opus"));
        var payloadType = opus?.PayloadType.ToString(CultureInfo.InvariantCulture);
        return payloadType is not null && format.Length <= 32 && format.Split('/').All(part => part == payloadType);
    }

    private static NegotiatedCodec ToNegotiated(MediaDescription section, SdpCodec codec, string name, string format)
    {
        var feedback = codec.Feedback | section.SharedFeedback;
        return new NegotiatedCodec
        {
            Name = name,
            PayloadType = codec.PayloadType,
            RtxPayloadType = section.Kind == MediaKind.Video ? RtxOf(section, codec) : null,
            ClockRateHz = codec.ClockRateHz,
            Channels = codec.Channels,
            FormatParameters = format,
            Nack = feedback.HasFlag(SdpFeedback.Nack),
            NackPli = feedback.HasFlag(SdpFeedback.NackPli),
            CcmFir = feedback.HasFlag(SdpFeedback.CcmFir),
            TransportCc = feedback.HasFlag(SdpFeedback.TransportCc),
            GoogRemb = feedback.HasFlag(SdpFeedback.GoogRemb),
        };
    }

    private static byte? RtxOf(MediaDescription section, SdpCodec codec)
    {
        var apt = codec.PayloadType.ToString(CultureInfo.InvariantCulture);
        return section.Codecs.Find(c => c.Is("rtx") && FormatParameters.Is(c.Format, "apt", apt))?.PayloadType;
    }
}
