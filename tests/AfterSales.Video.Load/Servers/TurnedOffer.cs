using System.Text;

namespace AfterSales.Video.Load.Servers;

/// <summary>
/// Our client only makes offers. Where a server insists on making them, its offer is taken as if it were the answer, and the answer it wants is
/// written from its own lines with our transport: the same negotiation, seen from the other end (RFC 3264 §6, RFC 8842 §5.3).
/// </summary>
/// <param name="AsAnswer">The server's offer with the DTLS role decided, for the client to apply.</param>
/// <param name="Answer">What the server gets.</param>
internal sealed record TurnedOffer(string AsAnswer, string Answer)
{
    private const int MaxLength = 64 << 10;

    /// <summary>False when a description has no sections, or ours no transport. Never throws.</summary>
    public static bool TryTurn(string offer, string ours, out TurnedOffer? turned)
    {
        turned = null;
        if (offer.Length > MaxLength || ours.Length > MaxLength)
            return false;
        string[] transport = [FirstLine(ours, "a=ice-ufrag:"), FirstLine(ours, "a=ice-pwd:"), FirstLine(ours, "a=fingerprint:")];
        if (transport.Contains("") || !offer.Contains("m=", StringComparison.Ordinal))
            return false;
        var answer = new StringBuilder();
        foreach (var line in Lines(offer).Where(IsShared))
        {
            answer.Append(Turn(line)).Append("\r\n");
            if (!line.StartsWith("a=mid:", StringComparison.Ordinal))
                continue;
            foreach (var own in transport)
                answer.Append(own).Append("\r\n");
            answer.Append("a=setup:active\r\na=recvonly\r\n");
        }

        turned = new TurnedOffer(string.Concat(Lines(offer).Select(line => (line == "a=setup:actpass" ? "a=setup:passive" : line) + "\r\n")), answer.ToString());
        return true;
    }

    /// <summary>Everything but what speaks of the server's own transport and sources.</summary>
    private static bool IsShared(string line) => !(StartsWithAny(line, "a=ice-", "a=fingerprint:", "a=setup:", "a=candidate:", "a=end-of-candidates", "a=ssrc", "a=msid")
        || line is "a=sendonly" or "a=sendrecv" or "a=recvonly" or "a=inactive");

    private static string Turn(string line) => line.StartsWith("o=", StringComparison.Ordinal) ? "o=- 1 1 IN IP4 127.0.0.1" : line;

    private static bool StartsWithAny(string line, params ReadOnlySpan<string> beginnings)
    {
        foreach (var beginning in beginnings)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static string FirstLine(string sdp, string beginning) => Lines(sdp).FirstOrDefault(line => line.StartsWith(beginning, StringComparison.Ordinal)) ?? "";

    private static IEnumerable<string> Lines(string sdp) => sdp.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r'));
}
