using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Evidence.Verification;

/// <summary>The buyer's receipt: signed, about this call, and its checkpoint on the chain.</summary>
internal static class ReceiptCheck
{
    private const string Name = "receipt";

    public static void Run(ExportContext context)
    {
        var manifest = context.Manifest!;
        if (!context.Has(ExportNames.Receipt))
        {
            if (manifest.Receipt is null)
                context.Checks.Note(Name, "", "no receipt was issued");
            else
                context.Checks.Incomplete(Name, ExportNames.Receipt, "is missing");
            return;
        }

        if (!context.TryOpen(Name, ExportNames.Receipt, SignedDocuments.Receipt, r => r.IssuedAt, out var receipt))
            return;
        var problem = Rules.First(
            receipt.RecordingId == manifest.RecordingId && receipt.CallId == manifest.CallId ? "" : "belongs to another recording",
            manifest.Receipt is null || (manifest.Receipt.ReceiptCode == receipt.ReceiptCode && manifest.Receipt.Sha256 == context.DigestOf(ExportNames.Receipt))
                ? "" : "is not the one the manifest names",
            receipt.Checkpoint.Seq < BlocksOf(context, receipt) && HeadAt(context, receipt) != receipt.Checkpoint.Head ? "its checkpoint is not on the journal's chain" : "",
            context.Parts.ContainsKey(receipt.Checkpoint.Part) && receipt.Checkpoint.Seq >= BlocksOf(context, receipt) ? "truncated: the journal ends before the receipt's checkpoint" : "");
        if (problem.Length > 0)
            context.Checks.Fail(Name, ExportNames.Receipt, problem);
        else if (!context.Parts.ContainsKey(receipt.Checkpoint.Part))
            context.Checks.Incomplete(Name, ExportNames.Receipt, "the journal its checkpoint is about could not be read");
        else
            context.Checks.Pass(Name, $"{receipt.ReceiptCode}, its checkpoint is on the chain");
    }

    /// <summary>Blocks whose heads this check will need; nothing is told here.</summary>
    public static IEnumerable<long> WantedBlocks(ExportContext context, int part)
    {
        if (!context.Files.Lengths.TryGetValue(ExportNames.Receipt, out var length) || length > 64 * 1024)
            return [];
        using var stream = context.Files.Open(ExportNames.Receipt);
        var json = new byte[length];
        stream.ReadExactly(json);
        return DsseEnvelope.TryParse(json, out var envelope, out _) && SignedDocuments.Receipt.TryRead(envelope, out var receipt, out _) && receipt.Checkpoint.Part == part
            ? [receipt.Checkpoint.Seq] : [];
    }

    private static long BlocksOf(ExportContext context, Receipt receipt) => context.Parts.TryGetValue(receipt.Checkpoint.Part, out var part) ? part.Blocks : 0;

    private static string? HeadAt(ExportContext context, Receipt receipt) =>
        context.Parts.TryGetValue(receipt.Checkpoint.Part, out var part) ? part.Heads.GetValueOrDefault(receipt.Checkpoint.Seq) : null;
}
