using AfterSales.Video.Evidence.Manifests;

namespace AfterSales.Video.Evidence.Verification;

/// <summary>Files and segments against the manifest; files made later against their own signed statements.</summary>
internal static class FileChecks
{
    private const string Derived = "derivatives";

    public static void Run(ExportContext context)
    {
        var manifest = context.Manifest!;
        var mark = context.Checks.Mark;
        foreach (var segment in manifest.Segments)
            Check(context, "segments", ExportNames.Segments + segment.Name, segment.Length, segment.Sha256);
        context.Checks.PassSince(mark, "segments", $"{manifest.Segments.Count} segments as they were stored");
        mark = context.Checks.Mark;
        foreach (var file in manifest.Files)
            Check(context, "files", ExportNames.Files + file.Name, file.Length, file.Sha256);
        context.Checks.PassSince(mark, "files", $"{manifest.Files.Count} files as they were signed");
        var known = CheckDerivatives(context, [.. manifest.Files.Select(f => f.Name)]);
        CheckStrangers(context, known, [.. manifest.Segments.Select(s => s.Name)]);
    }

    private static void Check(ExportContext context, string check, string name, long length, string sha256)
    {
        if (!context.Files.Lengths.TryGetValue(name, out var actual))
            context.Checks.Incomplete(check, name, "is missing");
        else if (actual != length || context.DigestOf(name) != sha256)
            context.Checks.Fail(check, name, "is not what was signed");
    }

    private static HashSet<string> CheckDerivatives(ExportContext context, HashSet<string> known)
    {
        if (!context.Has(ExportNames.Derivatives) || !context.TryReadEnvelopes(Derived, ExportNames.Derivatives, out var envelopes))
            return known;
        var mark = context.Checks.Mark;
        for (var i = 0; i < envelopes.Count; i++)
        {
            var where = $"{ExportNames.Derivatives}[{i}]";
            if (!context.TryOpen(Derived, where, envelopes[i], SignedDocuments.Derivative, d => d.CreatedAt, out var derivative))
                continue;
            if (derivative.RecordingId != context.Manifest!.RecordingId || derivative.ManifestSha256 != context.ManifestSha256)
                context.Checks.Fail(Derived, where, "belongs to another recording or manifest");
            else if (!known.Add(derivative.File.Name))
                context.Checks.Fail(Derived, where, $"{derivative.File.Name} stands twice");
            else
                Check(context, Derived, ExportNames.Files + derivative.File.Name, derivative.File.Length, derivative.File.Sha256);
        }

        context.Checks.PassSince(mark, Derived, $"{envelopes.Count} files made later, as they were signed");
        return known;
    }

    /// <summary>Something lying among the evidence that nobody vouches for would pass for evidence.</summary>
    private static void CheckStrangers(ExportContext context, HashSet<string> files, HashSet<string> segments)
    {
        foreach (var name in context.Files.Lengths.Keys.Order(StringComparer.Ordinal))
        {
            var isStranger = name.StartsWith(ExportNames.Files, StringComparison.Ordinal) ? !files.Contains(name[ExportNames.Files.Length..])
                : name.StartsWith(ExportNames.Segments, StringComparison.Ordinal) && !segments.Contains(name[ExportNames.Segments.Length..]);
            if (isStranger)
                context.Checks.Fail("files", name, "is not part of the recording");
        }
    }
}
