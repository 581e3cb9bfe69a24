namespace AfterSales.Video.Rtc.Sdp;

/// <summary>Reads "name=value;name=value" of a=fmtp. Names compare without case (RFC 4855 §3).</summary>
internal static class FormatParameters
{
    /// <summary>Empty when the parameter is absent or has no value.</summary>
    public static ReadOnlySpan<char> Get(string format, string name)
    {
        var rest = format.AsSpan();
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf(';');
            var pair = (end < 0 ? rest : rest[..end]).Trim();
            rest = end < 0 ? [] : rest[(end + 1)..];
            var equals = pair.IndexOf('=');
            if (equals > 0 && pair[..equals].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return pair[(equals + 1)..].Trim();
            }
        }

        return [];
    }

    public static bool Is(string format, string name, string value) => Get(format, name).SequenceEqual(value);

    /// <summary>True when absent too.</summary>
    public static bool IsOrAbsent(string format, string name, string value)
    {
        var found = Get(format, name);
        return found.IsEmpty || found.SequenceEqual(value);
    }
}
