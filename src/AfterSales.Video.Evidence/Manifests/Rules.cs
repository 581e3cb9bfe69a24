using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Evidence.Manifests;

/// <summary>Small rules of signed documents. Each gives "" when kept, otherwise what is wrong.</summary>
internal static class Rules
{
    private const int DigestDigits = 2 * JournalFormat.HashLength;

    public static bool IsDigest(string? text) => IsHex(text, DigestDigits);

    public static bool IsHex(string? text, int digits) => text?.Length == digits && text.All(char.IsAsciiHexDigitLower);

    /// <summary>A name that is a file name everywhere and a path nowhere.</summary>
    public static bool IsName(string? text) =>
        text is { Length: >= 1 and <= 64 } && text[0] != '.' && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');

    public static string Name(string? text, string where) => IsName(text) ? "" : $"{where} must be 1 to 64 of [a-z0-9-_.] and not begin with a dot";

    public static string Digest(string? text, string where) => IsDigest(text) ? "" : $"{where} must be 64 digits of lower-case hex";

    public static string Count(long value, string where, long least = 0) =>
        value >= least && value <= CanonicalJson.MaxInteger ? "" : $"{where} must be {least} or more";

    /// <summary>The first rule that is broken.</summary>
    public static string First(params ReadOnlySpan<string> problems)
    {
        foreach (var problem in problems)
        {
            if (problem.Length > 0)
                return problem;
        }

        return "";
    }

    /// <summary>The first item whose rule is broken, with its place; and no two items with the same id.</summary>
    public static string Each<T>(IReadOnlyList<T> items, string where, Func<T, string> rule, Func<T, string>? id = null)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            if (rule(items[i]) is { Length: > 0 } problem)
                return $"{where}[{i}]: {problem}";
            if (id is not null && !ids.Add(id(items[i])))
                return $"{where}[{i}]: {id(items[i])} stands twice";
        }

        return "";
    }
}
