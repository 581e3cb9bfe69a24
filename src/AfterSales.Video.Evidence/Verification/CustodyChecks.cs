using AfterSales.Video.Evidence.Custody;
using AfterSales.Video.Evidence.Manifests;

namespace AfterSales.Video.Evidence.Verification;

/// <summary>Who did what with the recording: every entry unchanged, in the signed tree, none left out in between.</summary>
internal static class CustodyChecks
{
    private const string Name = "custody";

    public static void Run(ExportContext context)
    {
        var mark = context.Checks.Mark;
        if (!context.TryRead(Name, ExportNames.Custody, out var json) || !context.TryReadEnvelopes(Name, ExportNames.CustodyRoots, out var envelopes))
            return;
        if (!CustodyExtract.TryParse(json, out var extract, out var problem))
        {
            context.Checks.Fail(Name, ExportNames.Custody, problem);
            return;
        }

        var roots = new List<CustodyRoot>();
        for (var i = 0; i < envelopes.Count; i++)
        {
            if (context.TryOpen(Name, $"{ExportNames.CustodyRoots}[{i}]", envelopes[i], SignedDocuments.CustodyRoot, r => r.At, out var root))
                roots.Add(root);
        }

        if (roots.Find(r => r.TreeSize == extract.TreeSize && r.TenantId == extract.TenantId) is not { } signed)
            context.Checks.Incomplete(Name, ExportNames.CustodyRoots, "no signed root covers the entries");
        else if (CustodyChain.Check(extract, signed) is { IsGood: false } check)
            context.Checks.Fail(Name, check.Index < 0 ? ExportNames.Custody : $"entry {check.Index}", check.Problem);
        else if (extract.TenantId != context.Manifest!.TenantId || !extract.Subjects.Contains(context.Manifest.RecordingId, StringComparer.Ordinal))
            context.Checks.Fail(Name, ExportNames.Custody, "is not about this recording");
        context.Checks.PassSince(mark, Name, $"{extract.Entries.Count} entries, all in the signed log");
    }
}
