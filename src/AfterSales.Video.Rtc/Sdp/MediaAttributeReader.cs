using System.Globalization;

namespace AfterSales.Video.Rtc.Sdp;

/// <summary>Attributes of one m-section. Unknown ones are ignored; a known one with a bad value is a fault.</summary>
internal sealed class MediaAttributeReader(MediaDescription media)
{
    private readonly SdpCodec?[] _byPayloadType = new SdpCodec?[128];

    /// <summary>The code of the last fault; null means malformed.</summary>
    public string? Fault { get; private set; }

    /// <summary>False for a payload type over 127 or named twice.</summary>
    public bool TryAddCodec(byte payloadType)
    {
        if (payloadType >= _byPayloadType.Length || _byPayloadType[payloadType] is not null)
        {
            return false;
        }

        media.Codecs.Add(_byPayloadType[payloadType] = new SdpCodec { PayloadType = payloadType });
        return true;
    }

    public bool TryRead(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "mid": return TryReadMid(value);
            case "rtpmap": return TryReadRtpMap(value);
            case "fmtp": return TryReadFormat(value);
            case "rtcp-fb": return TryReadFeedback(value);
            case "extmap": return TryReadExtension(value);
            case "ssrc": return TryReadSource(value);
            case "ssrc-group": return TryReadSourceGroup(value);
            case "simulcast": return TryReadSimulcast(value);
            case "candidate": media.Candidates.Add(value.ToString()); break;
            case "rtcp-mux": media.RtcpMux = true; break;
            case "rtcp-rsize": media.RtcpReducedSize = true; break;
            case "bundle-only": media.BundleOnly = true; break;
            case "end-of-candidates": media.EndOfCandidates = true; break;
        }

        return true;
    }

    private bool TryReadMid(ReadOnlySpan<char> value)
    {
        var isValid = media.Mid is null && SdpLines.IsToken(value, SdpLimits.MaxMidLength);
        media.Mid ??= isValid ? value.ToString() : null;
        return isValid;
    }

    /// <summary>"PT name/rate[/channels]". A payload type that is not on the m-line is passed over.</summary>
    private bool TryReadRtpMap(ReadOnlySpan<char> value)
    {
        if (!TryReadPayloadType(ref value, out var codec) || !SdpLines.TryWord(ref value, out var encoding))
        {
            return false;
        }

        Span<Range> parts = stackalloc Range[4];
        var count = encoding.Split(parts, '/');
        var channels = 1;
        if (count is < 2 or > 3 || !SdpLines.IsToken(encoding[parts[0]])
            || !int.TryParse(encoding[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out var rate)
            || (count == 3 && !int.TryParse(encoding[parts[2]], NumberStyles.None, CultureInfo.InvariantCulture, out channels)))
        {
            return false;
        }

        if (codec is { Name.Length: 0 })
        {
            codec.Name = encoding[parts[0]].ToString();
            codec.ClockRateHz = rate;
            codec.Channels = channels;
        }

        return true;
    }

    private bool TryReadFormat(ReadOnlySpan<char> value)
    {
        var isValid = TryReadPayloadType(ref value, out var codec);
        if (codec is { Format.Length: 0 })
        {
            codec.Format = value.Trim(' ').ToString();
        }

        return isValid;
    }

    private bool TryReadFeedback(ReadOnlySpan<char> value)
    {
        SdpCodec? codec = null;
        var isShared = value.StartsWith("* ", StringComparison.Ordinal);
        if (isShared)
        {
            value = value[2..];
        }
        else if (!TryReadPayloadType(ref value, out codec))
        {
            return false;
        }

        var flag = FeedbackOf(value.Trim(' '));
        media.SharedFeedback |= isShared ? flag : SdpFeedback.None;
        if (codec is not null)
        {
            codec.Feedback |= flag;
        }

        return true;
    }

    private static SdpFeedback FeedbackOf(ReadOnlySpan<char> text)
    {
        foreach (var (flag, name) in SdpNames.Feedback)
        {
            if (text.SequenceEqual(name))
            {
                return flag;
            }
        }

        return SdpFeedback.None;
    }

    /// <summary>"id[/direction] uri [parameters]" (RFC 8285 §5). An id that is taken keeps its first meaning.</summary>
    private bool TryReadExtension(ReadOnlySpan<char> value)
    {
        if (media.Extensions.Count == SdpLimits.MaxExtensions)
        {
            Fault = SdpCodes.TooManyExtensions;
            return false;
        }

        if (!SdpLines.TryWord(ref value, out var id) || !SdpLines.TryWord(ref value, out var uri))
        {
            return false;
        }

        var slash = id.IndexOf('/');
        if (!int.TryParse(slash < 0 ? id : id[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        // 15 is reserved, 16 to 255 need two-byte headers, higher ones stand for "not assigned yet" (RFC 8285 §5).
        if (number is >= 1 and <= 14 && !media.Extensions.Exists(e => e.Id == number))
        {
            media.Extensions.Add(new SdpExtension((byte)number, uri.ToString()));
        }

        return true;
    }

    /// <summary>"ssrc attribute[:value]" (RFC 5576 §4.1); of the attributes only cname is kept.</summary>
    private bool TryReadSource(ReadOnlySpan<char> value)
    {
        if (!SdpLines.TryWord(ref value, out var word) || !TryReadSsrc(word, out var ssrc))
        {
            return false;
        }

        var cname = value.StartsWith("cname:", StringComparison.Ordinal) ? value["cname:".Length..] : [];
        var index = media.Sources.FindIndex(source => source.Ssrc == ssrc);
        if (index >= 0)
        {
            media.Sources[index] = cname.IsEmpty ? media.Sources[index] : new SdpSource(ssrc, cname.ToString());
            return true;
        }

        if (media.Sources.Count == SdpLimits.MaxSources)
        {
            Fault = SdpCodes.TooManySources;
            return false;
        }

        media.Sources.Add(new SdpSource(ssrc, cname.ToString()));
        return true;
    }

    private bool TryReadSourceGroup(ReadOnlySpan<char> value)
    {
        if (!SdpLines.TryWord(ref value, out var semantics) || semantics is not "FID")
        {
            return true;
        }

        if (media.RtxPairs.Count == SdpLimits.MaxSources)
        {
            Fault = SdpCodes.TooManySources;
            return false;
        }

        var isValid = SdpLines.TryWord(ref value, out var first) & SdpLines.TryWord(ref value, out var second)
            & TryReadSsrc(first, out var ssrc) & TryReadSsrc(second, out var rtx);
        media.RtxPairs.Add(new RemoteSource(ssrc, rtx));
        return isValid && ssrc != rtx;
    }

    /// <summary>"send a;~b,c recv d" (RFC 8853 §5.1): of alternatives the first, paused or not.</summary>
    private bool TryReadSimulcast(ReadOnlySpan<char> value)
    {
        if (media.SendRids.Count > 0)
        {
            return false;
        }

        while (SdpLines.TryWord(ref value, out var direction) && SdpLines.TryWord(ref value, out var streams))
        {
            if (direction is not "send")
            {
                continue;
            }

            foreach (var range in streams.Split(';'))
            {
                var stream = streams[range];
                var comma = stream.IndexOf(',');
                var rid = (comma < 0 ? stream : stream[..comma]).TrimStart('~');
                if (media.SendRids.Count == SdpLimits.MaxRids || !SdpLines.IsToken(rid, SdpLimits.MaxMidLength) || rid.ContainsAny("~,;"))
                {
                    return false;
                }

                media.SendRids.Add(rid.ToString());
            }
        }

        return true;
    }

    private bool TryReadPayloadType(ref ReadOnlySpan<char> value, out SdpCodec? codec)
    {
        codec = null;
        if (!SdpLines.TryWord(ref value, out var word) || !byte.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var type)
            || type >= _byPayloadType.Length)
        {
            return false;
        }

        codec = _byPayloadType[type];
        return true;
    }

    private static bool TryReadSsrc(ReadOnlySpan<char> word, out uint ssrc) =>
        uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out ssrc) && ssrc != 0;
}
