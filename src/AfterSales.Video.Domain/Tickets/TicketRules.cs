namespace AfterSales.Video.Domain.Tickets;

/// <summary>The closed vocabularies of a ticket and its limits; the interface shows these words in the reader's language.</summary>
public static class TicketRules
{
    public const int MaxSubjectLength = 200;
    public const int MaxNotesLength = 20_000;
    public const int MaxNameLength = 100;
    public const int MaxOrderIdLength = 64;
    public const int MaxOrderLines = 50;

    public static IReadOnlySet<string> ProblemTypes { get; } =
        new HashSet<string>(StringComparer.Ordinal) { "product", "logistics", "policy", "promise", "setup", "other" };

    public static IReadOnlySet<string> Platforms { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "douyin", "taobao", "jd", "pinduoduo", "kuaishou", "shopify", "amazon", "tiktok", "other",
    };

    public static IReadOnlySet<string> ClosingReasons { get; } =
        new HashSet<string>(StringComparer.Ordinal) { "resolved", "duplicate", "no_response", "other" };

    public static IReadOnlySet<string> Roles { get; } =
        new HashSet<string>(StringComparer.Ordinal) { "agent", "reviewer", "supervisor", "admin" };

    /// <summary>"T-1042" or "1042" → 1042.</summary>
    public static bool TryParseNumber(string text, out long number)
    {
        var digits = text.StartsWith("T-", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return long.TryParse(digits, System.Globalization.NumberStyles.None, null, out number);
    }

    public static string FormatNumber(long number) => $"T-{number}";
}
