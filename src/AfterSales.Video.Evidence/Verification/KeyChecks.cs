using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Evidence.Verification;

/// <summary>Were the keys that signed trusted, in force, and not revoked at the time?</summary>
internal static class KeyChecks
{
    private const string Name = "keys";

    /// <summary>Clocks of one server, before and after a correction.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <param name="proven">Times trusted authorities vouch for, by envelope digest.</param>
    public static void Run(ExportContext context, IReadOnlyDictionary<string, DateTimeOffset> proven)
    {
        var mark = context.Checks.Mark;
        foreach (var item in context.Signed)
        {
            foreach (var key in item.Keys)
                Check(context, item, key, proven);
        }

        if (!context.Options.TrustsKeys)
            context.Checks.Note(Name, ExportNames.Keys, "the keys came with the export: compare their ids with those the merchant publishes, or give one with --trusted-key");
        context.Checks.PassSince(mark, Name, $"{context.Keys.Keys.Count} public keys");
    }

    private static void Check(ExportContext context, SignedItem item, PublishedKey key, IReadOnlyDictionary<string, DateTimeOffset> proven)
    {
        if (context.Options.TrustedKeyIds.Count > 0 && !context.Options.TrustedKeyIds.Contains(key.KeyId, StringComparer.Ordinal))
            context.Checks.Fail(Name, item.Where, $"was signed with key {key.KeyId}, which is not among the trusted ones");
        else if (item.ClaimedAt < key.CreatedAt - ClockTolerance || item.ClaimedAt > key.RetiredAt + ClockTolerance)
            context.Checks.Fail(Name, item.Where, $"says it was signed {item.ClaimedAt:u}, when key {key.KeyId} was not in force");
        else if (key.RevokedAt is { } revokedAt)
            CheckRevoked(context, item, key, revokedAt, proven);
    }

    private static void CheckRevoked(ExportContext context, SignedItem item, PublishedKey key, DateTimeOffset revokedAt, IReadOnlyDictionary<string, DateTimeOffset> proven)
    {
        // The manifest holds the checkpoints and the receipt's digest: what vouches for it vouches for them.
        var isInManifest = item.Where == ExportNames.Receipt || item.Where.StartsWith(ExportNames.Checkpoints, StringComparison.Ordinal);
        var isProven = IsBefore(item.Sha256) || (isInManifest && IsBefore(context.ManifestSha256));
        if (item.ClaimedAt >= revokedAt)
            context.Checks.Fail(Name, item.Where, $"was signed after key {key.KeyId} was revoked");
        else if (!isProven)
            context.Checks.Incomplete(Name, item.Where, $"key {key.KeyId} was revoked at {revokedAt:u}, and no trusted timestamp shows that the signature is older");

        bool IsBefore(string sha256) => proven.TryGetValue(sha256, out var time) && time < revokedAt;
    }
}
