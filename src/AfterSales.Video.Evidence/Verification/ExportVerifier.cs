using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Evidence.Verification;

/// <summary>
/// Checks a whole export without network: every signature, every digest, the chain of every journal part, every checkpoint, the END, receipt,
/// timestamps and custody entries. Pure but for reading the files. Whatever cannot be decided is never Verified.
/// </summary>
public static class ExportVerifier
{
    /// <summary>Bytes never make it throw; <see cref="OperationCanceledException"/> when cancelled.</summary>
    public static VerificationReport Verify(IExportFiles files, VerificationOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(options);
        var context = new ExportContext(files, options, ct);
        try
        {
            Run(context);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            context.Checks.Fail("container", "", $"cannot be read: {ExportLimits.Printable(e.Message)}");
        }

        return Report(context);
    }

    /// <summary>The report for something that could not even be opened as an export.</summary>
    public static VerificationReport Refused(string problem)
    {
        var check = new VerificationCheck("container", CheckOutcome.Failed, "", problem);
        return new VerificationReport(Verdict.Failed, "container", problem, "", Recovered: false, 0, [], KeysTrusted: false, [check]);
    }

    private static void Run(ExportContext context)
    {
        if (!ReadKeys(context))
            return;
        if (context.Has(ExportNames.Tombstone) && !context.Has(ExportNames.List))
        {
            CheckTombstone(context);
            return;
        }

        // The list first: it names the file at fault, whatever the fault is.
        CheckList(context);
        ReadManifest(context);
        if (context.Manifest is null)
            return;
        ReadDataKey(context);
        FileChecks.Run(context);
        CheckpointChecks.Run(context);
        JournalChecks.Run(context);
        ReceiptCheck.Run(context);
        CustodyChecks.Run(context);
        var proven = TimestampChecks.Run(context);
        KeyChecks.Run(context, proven);
    }

    private static bool ReadKeys(ExportContext context)
    {
        if (!context.TryRead("keys", ExportNames.Keys, out var json))
            return false;
        if (!EvidenceKeySet.TryParse(json, out var keys, out var problem))
        {
            context.Checks.Fail("keys", ExportNames.Keys, problem);
            return false;
        }

        context.Keys = context.Options.Published ?? keys;
        return true;
    }

    /// <summary>Nothing of an erased recording can be verified any more; what can be said is that it was erased, and by whose word.</summary>
    private static void CheckTombstone(ExportContext context)
    {
        const string Name = "tombstone";
        if (context.TryOpen(Name, ExportNames.Tombstone, SignedDocuments.Tombstone, t => t.ErasedAt, out var tombstone))
            context.Checks.Incomplete(
                Name, ExportNames.Tombstone, $"recording {tombstone.RecordingId} was erased {tombstone.ErasedAt:u} by {ExportLimits.Printable(tombstone.ActorRole)}: {ExportLimits.Printable(tombstone.Reason)}");
    }

    private static void CheckList(ExportContext context)
    {
        const string Name = "export list";
        var mark = context.Checks.Mark;
        if (!context.TryOpen(Name, ExportNames.List, SignedDocuments.Export, l => l.ExportedAt, out var list))
            return;
        var listed = list.Files.ToDictionary(f => f.Name, StringComparer.Ordinal);
        foreach (var file in list.Files)
        {
            if (!context.Files.Lengths.TryGetValue(file.Name, out var length))
                context.Checks.Fail(Name, ExportLimits.Printable(file.Name), "was in the export and is missing");
            else if (length != file.Length || context.DigestOf(file.Name) != file.Sha256)
                context.Checks.Fail(Name, file.Name, "is not the file that was exported");
        }

        foreach (var name in context.Files.Lengths.Keys.Where(n => n != ExportNames.List && !listed.ContainsKey(n)).Order(StringComparer.Ordinal))
            context.Checks.Fail(Name, name, "was not in the export");
        context.Checks.PassSince(mark, Name, $"{list.Files.Count} files, exported {list.ExportedAt:u}, none missing, none added, none changed");
    }

    private static void ReadManifest(ExportContext context)
    {
        if (!context.TryOpen("manifest", ExportNames.Manifest, SignedDocuments.Manifest, m => m.CreatedAt, out var manifest))
            return;
        (context.Manifest, context.ManifestSha256) = (manifest, context.DigestOf(ExportNames.Manifest));
        context.Checks.Pass("manifest", $"signed {manifest.CreatedAt:u} with key {manifest.Keys.SigningKeyId}");
        if (manifest.State != Manifest.Complete)
            context.Checks.Note("manifest", ExportNames.Manifest, $"the recording is partial: {manifest.PartialReason}");
        if (context.Signed[^1].Keys.All(k => k.KeyId != manifest.Keys.SigningKeyId))
            context.Checks.Fail("manifest", ExportNames.Manifest, "was not signed with the key it names");
    }

    private static void ReadDataKey(ExportContext context)
    {
        const int Digits = 2 * DataKey.Length;
        if (!context.TryRead("data key", ExportNames.DataKey, out var content, most: 256))
            return;
        var text = System.Text.Encoding.ASCII.GetString(content).TrimEnd('\n', '\r');
        if (!Rules.IsHex(text, Digits) || Convert.ToHexStringLower(DataKey.IdOf(Convert.FromHexString(text))) != context.Manifest!.Keys.DataKeyId)
        {
            context.Checks.Fail("data key", ExportNames.DataKey, "is not the key of this recording");
            return;
        }

        context.DataKey = Convert.FromHexString(text);
        context.Checks.Pass("data key", "opens this recording");
    }

    private static VerificationReport Report(ExportContext context)
    {
        var worst = context.Checks.Worst;
        var recovered = context.Manifest?.Journal.Parts.Any(p => p.Recovered) ?? false;
        var loss = context.Manifest?.Journal.Parts.Sum(p => p.LossMs) ?? 0;
        // Nothing checked is nothing known.
        var verdict = worst?.Outcome == CheckOutcome.Failed ? Verdict.Failed
            : worst is not null || context.Manifest is null ? Verdict.Incomplete : Verdict.Verified;
        var why = verdict != Verdict.Verified ? worst?.Text ?? "there is no manifest"
            : recovered ? $"recovered, loss ≤ {loss} ms" : loss > 0 ? $"loss ≤ {loss} ms" : "";
        var where = verdict == Verdict.Verified ? "" : worst is { Where.Length: > 0 } ? worst.Where : worst?.Name ?? "manifest";
        return new VerificationReport(
            verdict, where, why, context.Manifest?.RecordingId ?? "", recovered, loss,
            [.. context.Signed.SelectMany(s => s.Keys).Select(k => k.KeyId).Distinct(StringComparer.Ordinal)],
            context.Options.TrustsKeys, context.Checks.Checks);
    }
}
