using System.Security.Cryptography;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Evidence.Timestamps;
using AfterSales.Video.Evidence.Verification;

namespace AfterSales.Video.Verify;

/// <summary>The command line. Anything it does not know is refused: a mistyped --trusted-key must not pass for a check that was made.</summary>
internal sealed record VerifyArguments(string Path, bool Json, VerificationOptions Options)
{
    public const string Usage = """
        Usage: AfterSales.Video.Verify <folder|export.zip> [options]

          --json                       print the report as JSON
          --trusted-key <id|file.pem>  count only signatures of this key; may be given more than once
          --keys <file.json>           the merchant's published keys (/.well-known/aftersales-evidence-keys.json),
                                       to be used instead of those in the export: they know of revocations
          --tsa-roots <file.pem>       root certificates of the time-stamping authorities you trust

        Works without network. Exit code: 0 Verified, 1 Failed, 2 Incomplete or not usable.
        """;

    private const int MaxPemLength = 64 * 1024;
    private const int KeyIdDigits = 32;

    public static bool TryParse(IReadOnlyList<string> args, out VerifyArguments arguments, out string problem)
    {
        arguments = null!;
        var (path, json) = ("", false);
        var keys = new List<string>();
        TimestampRoots? roots = null;
        EvidenceKeySet? published = null;
        for (var i = 0; i < args.Count; i++)
        {
            json |= args[i] == "--json";
            problem = args[i] switch
            {
                "--json" => "",
                "--trusted-key" => ++i < args.Count ? ReadKey(args[i], keys) : "--trusted-key needs a key id or a PEM file.",
                "--keys" => ++i < args.Count ? ReadKeySet(args[i], ref published) : "--keys needs a JSON file.",
                "--tsa-roots" => ++i < args.Count ? ReadRoots(args[i], ref roots) : "--tsa-roots needs a PEM file.",
                _ when args[i].StartsWith('-') => $"There is no option {args[i]}.",
                _ when path.Length > 0 => "Give one folder or ZIP.",
                _ => (path = args[i]).Length > 0 ? "" : "Give a folder or ZIP.",
            };
            if (problem.Length > 0)
                return false;
        }

        problem = path.Length == 0 ? "Give a folder or ZIP." : "";
        arguments = new VerifyArguments(path, json, new VerificationOptions(keys, roots, published));
        return problem.Length == 0;
    }

    private static string ReadKey(string text, List<string> keys)
    {
        if (text.Length == KeyIdDigits && text.All(char.IsAsciiHexDigit))
        {
            keys.Add(text.ToLowerInvariant());
            return "";
        }

        if (!TryReadText(text, out var pem, out var problem))
            return problem;
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            keys.Add(SigningKey.IdOf(key.ExportSubjectPublicKeyInfo()));
            return "";
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or PlatformNotSupportedException)
        {
            return $"{text} holds no public key in PEM, and is no key id of {KeyIdDigits} hex digits.";
        }
    }

    private static string ReadKeySet(string path, ref EvidenceKeySet? published)
    {
        if (!TryReadText(path, out var json, out var problem))
            return problem;
        var isRead = EvidenceKeySet.TryParse(System.Text.Encoding.UTF8.GetBytes(json.TrimEnd('\n', '\r')), out var keys, out problem);
        published = keys;
        return isRead ? "" : $"{path} is not a published key set: {problem}.";
    }

    private static string ReadRoots(string path, ref TimestampRoots? roots)
    {
        if (roots is not null)
            return "--tsa-roots can be given once; put all roots into one file.";
        if (!TryReadText(path, out var pem, out var problem))
            return problem;
        return TimestampRoots.TryParse(pem, out roots, out problem) ? "" : $"{path}: {problem}.";
    }

    private static bool TryReadText(string path, out string text, out string problem)
    {
        (text, problem) = ("", "");
        try
        {
            problem = new FileInfo(path) is { Exists: true, Length: <= MaxPemLength } ? "" : $"{path} is not there, or too large to be a PEM file.";
            text = problem.Length == 0 ? File.ReadAllText(path) : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"{path} cannot be read: {e.Message}";
        }

        return problem.Length == 0;
    }
}
