namespace AfterSales.Video.Server.Hosting;

/// <summary>SE-19: a value that was copied from an example and never filled in stops the start.</summary>
internal static class PlaceholderCheck
{
    private static readonly string[] Placeholders = ["changeme", "change-me", "change_me", "<secret>", "your-secret", "placeholder", "todo", "xxxx", "replace-me", "replace_me"];
    private static readonly string[] SecretWords = ["Password", "Secret", "Token", "Key", "ConnectionString", "Credential"];

    /// <summary>The keys whose values are placeholders; only keys that can hold a secret are looked at.</summary>
    public static IReadOnlyList<string> Find(IConfiguration configuration) => configuration.AsEnumerable()
        .Where(pair => pair.Value is { Length: > 0 } && IsSecret(pair.Key) && IsPlaceholder(pair.Value))
        .Select(pair => pair.Key)
        .Order(StringComparer.Ordinal)
        .ToList();

    private static bool IsSecret(string key) =>
        key.Contains(':', StringComparison.Ordinal)
        && SecretWords.Any(word => key[(key.LastIndexOf(':') + 1)..].Contains(word, StringComparison.OrdinalIgnoreCase));

    private static bool IsPlaceholder(string value) =>
        value.StartsWith('<') && value.EndsWith('>')
        || Placeholders.Any(placeholder => value.Contains(placeholder, StringComparison.OrdinalIgnoreCase));
}
