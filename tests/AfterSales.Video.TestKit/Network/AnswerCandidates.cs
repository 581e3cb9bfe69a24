using System.Globalization;

namespace AfterSales.Video.TestKit.Network;

/// <summary>Puts a proxy in front of any client: its answer names the proxy's port instead of the server's.</summary>
public static class AnswerCandidates
{
    /// <summary>The answer with its UDP candidates (RFC 8839 §5.1) on another port, and without those of TCP.</summary>
    public static string Through(string answer, int serverPort, int proxyPort)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var (from, to) = (serverPort.ToString(CultureInfo.InvariantCulture), proxyPort.ToString(CultureInfo.InvariantCulture));
        var lines = answer.Split("\r\n").Where(line => !IsTcp(line)).Select(line => IsCandidate(line) ? Moved(line, from, to) : line);
        return string.Join("\r\n", lines);
    }

    private static bool IsCandidate(string line) => line.StartsWith("a=candidate:", StringComparison.Ordinal);

    private static bool IsTcp(string line) => IsCandidate(line) && line.Split(' ')[2].Equals("tcp", StringComparison.OrdinalIgnoreCase);

    /// <summary>foundation component transport priority address port …</summary>
    private static string Moved(string line, string from, string to)
    {
        var words = line.Split(' ');
        if (words[5] == from)
            words[5] = to;
        return string.Join(' ', words);
    }
}
