using System.Globalization;
using System.Text;

namespace AfterSales.Video.Rtc.Sdp;

/// <summary>Reads a description in one pass, in linear time, within <see cref="SdpLimits"/>. Refusals name a line, never its text.</summary>
internal sealed class SessionDescriptionReader
{
    private readonly SessionDescription _session = new();
    private MediaDescription? _media;
    private MediaAttributeReader? _attributes;
    private int _candidates;
    private string? _fault;

    private SessionDescriptionReader()
    {
    }

    public static SdpRefusal? Read(string sdp, out SessionDescription session)
    {
        var reader = new SessionDescriptionReader();
        session = reader._session;
        if (sdp.Length > SdpLimits.MaxBytes || Encoding.UTF8.GetByteCount(sdp) > SdpLimits.MaxBytes)
        {
            return new SdpRefusal(SdpCodes.TooLarge, $"A description has at most {SdpLimits.MaxBytes} bytes.");
        }

        return reader.ReadLines(new SdpLines(sdp));
    }

    private SdpRefusal? ReadLines(SdpLines lines)
    {
        var isFirst = true;
        while (lines.Next())
        {
            var isVersion = lines.Type == 'v' && lines.Value is "0";
            if (isFirst != isVersion || !TryReadLine(lines.Type, lines.Value))
            {
                return new SdpRefusal(_fault ?? SdpCodes.Malformed, $"Line {lines.Number.ToString(CultureInfo.InvariantCulture)}.");
            }

            isFirst = false;
        }

        foreach (var media in _session.Media)
        {
            media.Transport.InheritFrom(_session.Shared);
        }

        return isFirst ? new SdpRefusal(SdpCodes.Malformed, "Empty.") : null;
    }

    private bool TryReadLine(char type, ReadOnlySpan<char> value) => type switch
    {
        '\0' => false,
        'o' => TryReadOrigin(value),
        'm' => TryReadMedia(value),
        'a' => TryReadAttribute(value),
        _ => true,
    };

    /// <summary>Odd origins are common and harmless: a number that does not fit counts as 0.</summary>
    private bool TryReadOrigin(ReadOnlySpan<char> value)
    {
        if (!SdpLines.TryWord(ref value, out _) || !SdpLines.TryWord(ref value, out var id) || !SdpLines.TryWord(ref value, out var version))
        {
            return false;
        }

        _session.SessionId = ulong.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        _session.Version = ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out number) ? number : 0;
        return true;
    }

    private bool TryReadMedia(ReadOnlySpan<char> value)
    {
        if (_session.Media.Count == SdpLimits.MaxSections)
        {
            return Fail(SdpCodes.TooManySections);
        }

        if (!SdpLines.TryWord(ref value, out var media) || !SdpLines.IsToken(media) || !SdpLines.TryWord(ref value, out var port)
            || !SdpLines.TryWord(ref value, out var protocol) || !IsProtocol(protocol) || !TryReadPort(port, out var portNumber))
        {
            return false;
        }

        var isRtp = protocol.Contains("RTP/", StringComparison.Ordinal);
        ReadOnlySpan<char> format = default;
        if (!isRtp && (!SdpLines.TryWord(ref value, out format) || !SdpLines.IsToken(format)))
        {
            return false;
        }

        _media = new MediaDescription
        {
            Media = media.ToString(),
            Port = portNumber,
            Protocol = protocol.ToString(),
            OtherFormat = isRtp ? null : format.ToString(),
        };
        _session.Media.Add(_media);
        _attributes = new MediaAttributeReader(_media);
        return !isRtp || TryReadPayloadTypes(value);
    }

    private bool TryReadPayloadTypes(ReadOnlySpan<char> value)
    {
        while (SdpLines.TryWord(ref value, out var word))
        {
            if (_media!.Codecs.Count == SdpLimits.MaxCodecs)
            {
                return Fail(SdpCodes.TooManyCodecs);
            }

            if (!byte.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var type) || !_attributes!.TryAddCodec(type))
            {
                return false;
            }
        }

        return _media!.Codecs.Count > 0;
    }

    private bool TryReadAttribute(ReadOnlySpan<char> attribute)
    {
        var colon = attribute.IndexOf(':');
        var name = colon < 0 ? attribute : attribute[..colon];
        var value = colon < 0 ? [] : attribute[(colon + 1)..];
        var transport = _media?.Transport ?? _session.Shared;
        if (TransportAttributeReader.TryTake(name, value, transport, out var isValid))
        {
            return isValid;
        }

        if (name is "candidate" && ++_candidates > SdpLimits.MaxCandidates)
        {
            return Fail(SdpCodes.TooManyCandidates);
        }

        if (_attributes is not null)
        {
            return _attributes.TryRead(name, value) || Fail(_attributes.Fault);
        }

        _session.IceLite |= name is "ice-lite";
        return name is not "group" || TryReadGroup(value);
    }

    private bool TryReadGroup(ReadOnlySpan<char> value)
    {
        if (!SdpLines.TryWord(ref value, out var semantics) || semantics is not "BUNDLE")
        {
            return true;
        }

        // A second BUNDLE group would be another transport; we have one.
        var isFirst = _session.Bundle.Count == 0;
        while (SdpLines.TryWord(ref value, out var mid))
        {
            if (!isFirst || _session.Bundle.Count == SdpLimits.MaxSections || !SdpLines.IsToken(mid, SdpLimits.MaxMidLength))
            {
                return false;
            }

            _session.Bundle.Add(mid.ToString());
        }

        return true;
    }

    private static bool TryReadPort(ReadOnlySpan<char> text, out int port)
    {
        var slash = text.IndexOf('/');
        var isNumber = ushort.TryParse(slash < 0 ? text : text[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        port = number;
        return isNumber;
    }

    private static bool IsProtocol(ReadOnlySpan<char> text)
    {
        foreach (var part in text.Split('/'))
        {
            if (!SdpLines.IsToken(text[part]))
            {
                return false;
            }
        }

        return text.Length <= SdpLimits.MaxTokenLength;
    }

    private bool Fail(string? code)
    {
        _fault = code;
        return false;
    }
}
