using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Sfu.Subscriptions;

/// <summary>Whether a receiver's codec can take a sender's stream as it is.</summary>
internal static class CodecMatch
{
    /// <summary>The receiver's codec for this stream; null when it has none.</summary>
    public static NegotiatedCodec? Find(NegotiatedCodec sent, IReadOnlyList<NegotiatedCodec> receivable)
    {
        for (var i = 0; i < receivable.Count; i++)
        {
            if (CanReceive(sent, receivable[i]))
                return receivable[i];
        }
        return null;
    }

    public static bool CanReceive(NegotiatedCodec sent, NegotiatedCodec receivable)
    {
        if (!string.Equals(sent.Name, receivable.Name, StringComparison.OrdinalIgnoreCase) || sent.ClockRateHz != receivable.ClockRateHz)
            return false;
        // RFC 6184 §8.2.2: packetization mode and profile are not negotiable; the level may differ. VP9 profiles likewise.
        return SameParameter(sent, receivable, "packetization-mode", "0", 8)
            && SameParameter(sent, receivable, "profile-level-id", "42", 2)
            && SameParameter(sent, receivable, "profile-id", "0", 8);
    }

    private static bool SameParameter(NegotiatedCodec a, NegotiatedCodec b, string name, string absent, int length) =>
        Parameter(a.FormatParameters, name, absent, length).Equals(Parameter(b.FormatParameters, name, absent, length), StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> Parameter(string parameters, string name, string absent, int length)
    {
        foreach (var range in parameters.AsSpan().Split(';'))
        {
            var part = parameters.AsSpan(range).Trim();
            if (part.Length > name.Length && part[name.Length] == '=' && part.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                var value = part[(name.Length + 1)..].Trim();
                return value[..Math.Min(length, value.Length)];
            }
        }
        return absent;
    }
}
