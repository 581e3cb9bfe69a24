using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace AfterSales.Video.Rtc.Sdp;

/// <summary>Writes a description in the order browsers write theirs. CRLF ends every line.</summary>
internal static class SessionDescriptionWriter
{
    public static string Write(SessionDescription session)
    {
        var text = new StringBuilder(2048);
        text.Line($"v=0").Line($"o=- {session.SessionId} {session.Version} IN IP4 127.0.0.1").Line($"s=-").Line($"t=0 0");
        if (session.IceLite)
        {
            text.Line($"a=ice-lite");
        }

        if (session.Bundle.Count > 0)
        {
            text.Line($"a=group:BUNDLE {string.Join(' ', session.Bundle)}");
        }

        foreach (var media in session.Media)
        {
            WriteMedia(text, media);
        }

        return text.ToString();
    }

    private static void WriteMedia(StringBuilder text, MediaDescription media)
    {
        var formats = media.OtherFormat ?? string.Join(' ', media.Codecs.Select(c => c.PayloadType));
        text.Line($"m={media.Media} {media.Port} {media.Protocol} {formats}").Line($"c=IN IP4 0.0.0.0");
        WriteTransport(text, media);
        if (media.Mid is not null)
        {
            text.Line($"a=mid:{media.Mid}");
        }

        foreach (var extension in media.Extensions)
        {
            text.Line($"a=extmap:{extension.Id} {extension.Uri}");
        }

        text.Line($"a={SdpNames.Of(media.Direction)}");
        if (media.StreamId is not null)
        {
            text.Line($"a=msid:{media.StreamId} {media.TrackId}");
        }

        Flag(text, media.RtcpMux, "rtcp-mux");
        Flag(text, media.RtcpReducedSize, "rtcp-rsize");
        Flag(text, media.BundleOnly, "bundle-only");
        WriteCodecs(text, media);
        WriteSources(text, media);
    }

    private static void WriteTransport(StringBuilder text, MediaDescription media)
    {
        foreach (var candidate in media.Candidates)
        {
            text.Line($"a=candidate:{candidate}");
        }

        Flag(text, media.EndOfCandidates, "end-of-candidates");
        var transport = media.Transport;
        Value(text, "ice-ufrag", transport.UsernameFragment);
        Value(text, "ice-pwd", transport.Password);
        Value(text, "fingerprint", transport.Fingerprint is { } f ? $"{f.Algorithm} {Hex(f.Digest.Span)}" : null);
        Value(text, "setup", transport.Setup is { } setup ? SdpNames.Of(setup) : null);
    }

    private static void WriteCodecs(StringBuilder text, MediaDescription media)
    {
        WriteFeedback(text, "*", media.SharedFeedback);
        foreach (var codec in media.Codecs)
        {
            if (codec.Name.Length > 0)
            {
                text.Line($"a=rtpmap:{codec.PayloadType} {codec.Name}/{codec.ClockRateHz}{(codec.Channels == 1 ? "" : $"/{codec.Channels}")}");
            }

            WriteFeedback(text, codec.PayloadType.ToString(CultureInfo.InvariantCulture), codec.Feedback);
            if (codec.Format.Length > 0)
            {
                text.Line($"a=fmtp:{codec.PayloadType} {codec.Format}");
            }
        }
    }

    private static void WriteFeedback(StringBuilder text, string payloadType, SdpFeedback feedback)
    {
        foreach (var (flag, name) in SdpNames.Feedback)
        {
            if (feedback.HasFlag(flag))
            {
                text.Line($"a=rtcp-fb:{payloadType} {name}");
            }
        }
    }

    private static void WriteSources(StringBuilder text, MediaDescription media)
    {
        foreach (var rid in media.SendRids)
        {
            text.Line($"a=rid:{rid} send");
        }

        if (media.SendRids.Count > 0)
        {
            text.Line($"a=simulcast:send {string.Join(';', media.SendRids)}");
        }

        foreach (var pair in media.RtxPairs)
        {
            text.Line($"a=ssrc-group:FID {pair.Ssrc} {pair.RtxSsrc}");
        }

        foreach (var source in media.Sources)
        {
            text.Line($"a=ssrc:{source.Ssrc} cname:{source.Cname}");
        }
    }

    private static void Flag(StringBuilder text, bool isSet, string name)
    {
        if (isSet)
        {
            text.Line($"a={name}");
        }
    }

    private static void Value(StringBuilder text, string name, string? value)
    {
        if (value is not null)
        {
            text.Line($"a={name}:{value}");
        }
    }

    private static string Hex(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length * 3);
        foreach (var b in bytes)
        {
            text.Append(text.Length == 0 ? "" : ":").Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private static StringBuilder Line(this StringBuilder text, [InterpolatedStringHandlerArgument(nameof(text))] ref StringBuilder.AppendInterpolatedStringHandler line) =>
        text.Append(ref line).Append("\r\n");
}
