using AfterSales.Video.Evidence.Timestamps;

namespace AfterSales.Video.Evidence.Verification;

/// <summary>RFC 3161 replies: each must be about a signed document of this export.</summary>
internal static class TimestampChecks
{
    private const string Name = "timestamps";
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <returns>By digest of an envelope, the earliest time at which an authority the verifying person trusts saw it.</returns>
    public static IReadOnlyDictionary<string, DateTimeOffset> Run(ExportContext context)
    {
        var proven = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var mark = context.Checks.Mark;
        using var own = ReadOwnRoots(context);
        var replies = context.Files.Lengths.Keys.Where(n => n.StartsWith(ExportNames.Timestamps, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();
        foreach (var name in replies)
            CheckReply(context, name, context.Options.TsaRoots ?? own, proven);
        foreach (var listed in context.Manifest!.Timestamps.Where(t => !context.Has(ExportNames.Timestamps + t.Name)))
            context.Checks.Incomplete(Name, ExportNames.Timestamps + listed.Name, "is missing");
        if (replies.Length == 0)
            context.Checks.Note(Name, "", "none: all times are the recorder's own");
        else if (context.Options.TsaRoots is null)
            context.Checks.Note(Name, "", own is null ? "no authority is trusted: give its root with --tsa-roots" : "the authority's root came with the export: compare it, or give it with --tsa-roots");
        context.Checks.PassSince(mark, Name, $"{replies.Length} replies");
        return context.Options.TsaRoots is null ? new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal) : proven;
    }

    private static TimestampRoots? ReadOwnRoots(ExportContext context)
    {
        if (!context.Has(ExportNames.TsaRoots) || !context.TryRead(Name, ExportNames.TsaRoots, out var pem, most: 256 * 1024))
            return null;
        if (TimestampRoots.TryParse(System.Text.Encoding.ASCII.GetString(pem), out var roots, out var problem))
            return roots;
        context.Checks.Fail(Name, ExportNames.TsaRoots, problem);
        return null;
    }

    private static void CheckReply(ExportContext context, string name, TimestampRoots? roots, Dictionary<string, DateTimeOffset> proven)
    {
        if (!context.TryRead(Name, name, out var reply, TimestampReply.MaxLength))
            return;
        if (!TimestampReply.TryReadImprint(reply, out var imprint))
        {
            context.Checks.Fail(Name, name, "is not a time-stamp reply");
            return;
        }

        var digest = Convert.ToHexStringLower(imprint);
        if (context.Signed.Find(s => s.Sha256 == digest) is not { } item)
        {
            context.Checks.Fail(Name, name, "is about something that is not here");
            return;
        }

        var check = TimestampReply.Check(reply, new TimestampExpectation(imprint, Roots: roots));
        var listed = context.Manifest!.Timestamps.FirstOrDefault(t => ExportNames.Timestamps + t.Name == name);
        if (!check.IsGood || check.GenTime is not { } time)
            context.Checks.Fail(Name, name, $"{check.Refusal}: {check.Detail}");
        else if (listed is not null && (listed.MessageImprint != digest || listed.GenTime.ToUnixTimeMilliseconds() != time.ToUnixTimeMilliseconds()))
            context.Checks.Fail(Name, name, "is not the one the manifest lists");
        else if (time < item.ClaimedAt - Tolerance)
            context.Checks.Fail(Name, name, $"{item.Where} says it was made {item.ClaimedAt:u}, after the authority saw it at {time:u}");
        else
            Accept(context, name, item, time, check.Trusted, proven);
    }

    private static void Accept(ExportContext context, string name, SignedItem item, DateTimeOffset time, bool trusted, Dictionary<string, DateTimeOffset> proven)
    {
        if (time > item.ClaimedAt + Tolerance)
            context.Checks.Note(Name, name, $"timestamp_late: {item.Where} of {item.ClaimedAt:u} was seen only at {time:u}");
        if (trusted && (!proven.TryGetValue(item.Sha256, out var earlier) || time < earlier))
            proven[item.Sha256] = time;
    }
}
