using System.Text;

namespace AfterSales.Video.Server.Features.Whip;

/// <summary>
/// application/trickle-ice-sdpfrag (RFC 8840) as WHIP uses it: candidates of a client are not needed (an ICE-lite server
/// learns addresses from checks), new credentials are an ICE restart of the last offer.
/// </summary>
internal static class SdpFragment
{
    private const string Ufrag = "a=ice-ufrag:";
    private const string Password = "a=ice-pwd:";

    /// <summary>False without both credentials.</summary>
    public static bool TryReadCredentials(string fragment, out string ufrag, out string password)
    {
        ufrag = ValueOf(fragment, Ufrag);
        password = ValueOf(fragment, Password);
        return ufrag.Length is >= 4 and <= 256 && password.Length is >= 22 and <= 256 && (ufrag + password).All(IsIceChar);
    }

    public static string UfragOf(string sdp) => ValueOf(sdp, Ufrag);

    /// <summary>The offer with other credentials in every section.</summary>
    public static string WithCredentials(string offer, string ufrag, string password)
    {
        var text = new StringBuilder(offer.Length + 64);
        foreach (var line in Lines(offer))
        {
            if (line.StartsWith(Ufrag, StringComparison.Ordinal))
                text.Append(Ufrag).Append(ufrag);
            else if (line.StartsWith(Password, StringComparison.Ordinal))
                text.Append(Password).Append(password);
            else
                text.Append(line);
            text.Append("\r\n");
        }

        return text.ToString();
    }

    /// <summary>Credentials and candidates of the first section of an answer.</summary>
    public static string FromAnswer(string answer)
    {
        var text = new StringBuilder("a=ice-lite\r\n");
        text.Append(Ufrag).Append(ValueOf(answer, Ufrag)).Append("\r\n").Append(Password).Append(ValueOf(answer, Password)).Append("\r\n");
        foreach (var line in Lines(answer).Where(IsSectionOrCandidate).Distinct(StringComparer.Ordinal))
            text.Append(line).Append("\r\n");
        return text.Append("a=end-of-candidates\r\n").ToString();
    }

    private static bool IsSectionOrCandidate(string line) => line.StartsWith("a=candidate:", StringComparison.Ordinal);

    private static string ValueOf(string sdp, string prefix) =>
        Lines(sdp).FirstOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..] ?? "";

    private static IEnumerable<string> Lines(string sdp) =>
        sdp.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r'));

    private static bool IsIceChar(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '/';
}
