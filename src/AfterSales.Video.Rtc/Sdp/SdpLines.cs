using System.Buffers;

namespace AfterSales.Video.Rtc.Sdp;

/// <summary>Walks the lines of a description once. LF and CRLF both end a line; blank lines are passed over.</summary>
internal ref struct SdpLines(ReadOnlySpan<char> text)
{
    private static readonly SearchValues<char> TokenChars =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~");

    private ReadOnlySpan<char> _rest = text;

    /// <summary>1-based number of the current line.</summary>
    public int Number { get; private set; }

    /// <summary>The letter before "="; '\0' when the line is not of that shape or is too long.</summary>
    public char Type { get; private set; }

    public ReadOnlySpan<char> Value { get; private set; }

    public bool Next()
    {
        while (!_rest.IsEmpty)
        {
            var end = _rest.IndexOf('\n');
            var line = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? [] : _rest[(end + 1)..];
            line = line.EndsWith('\r') ? line[..^1] : line;
            Number++;
            if (!line.IsEmpty)
            {
                var wellFormed = line.Length is >= 2 and <= SdpLimits.MaxLineLength && line[1] == '=' && char.IsAsciiLetterLower(line[0]);
                Type = wellFormed ? line[0] : '\0';
                Value = wellFormed ? line[2..] : [];
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes the next word off a value. False at its end.</summary>
    public static bool TryWord(scoped ref ReadOnlySpan<char> value, out ReadOnlySpan<char> word)
    {
        value = value.TrimStart(' ');
        var end = value.IndexOf(' ');
        word = end < 0 ? value : value[..end];
        value = end < 0 ? [] : value[(end + 1)..];
        return !word.IsEmpty;
    }

    /// <summary>token of RFC 8866 §9: no blank, no control, no "=", "/" or ":" that could break a line we write.</summary>
    public static bool IsToken(ReadOnlySpan<char> text, int maxLength = SdpLimits.MaxTokenLength) =>
        text.Length > 0 && text.Length <= maxLength && !text.ContainsAnyExcept(TokenChars);
}
