using AfterSales.Video.Evidence.Manifests;

namespace AfterSales.Video.Evidence.Verification;

/// <summary>checkpoints.json: every envelope signed, about this recording, and exactly those the manifest lists.</summary>
internal static class CheckpointChecks
{
    private const string Name = "checkpoints";

    public static void Run(ExportContext context)
    {
        var mark = context.Checks.Mark;
        if (!context.TryReadEnvelopes(Name, ExportNames.Checkpoints, out var envelopes))
            return;
        var manifest = context.Manifest!;
        if (envelopes.Count != manifest.Checkpoints.Count)
            context.Checks.Fail(Name, ExportNames.Checkpoints, $"holds {envelopes.Count} checkpoints; {manifest.Checkpoints.Count} were signed into the manifest");
        for (var i = 0; i < envelopes.Count; i++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var where = $"{ExportNames.Checkpoints}[{i}]";
            if (!context.TryOpen(Name, where, envelopes[i], SignedDocuments.Checkpoint, c => c.At, out var checkpoint))
                continue;
            if (checkpoint.RecordingId != manifest.RecordingId)
                context.Checks.Fail(Name, where, "belongs to another recording");
            else if (i >= manifest.Checkpoints.Count || !IsSame(manifest.Checkpoints[i], checkpoint, envelopes[i].Signatures[0].KeyId))
                context.Checks.Fail(Name, where, "is not the one the manifest lists here");
            else
                context.Checkpoints.Add(checkpoint);
        }

        if (envelopes.Count == 0)
            context.Checks.Incomplete(Name, ExportNames.Checkpoints, "nothing was anchored during the call");
        context.Checks.PassSince(mark, Name, $"{envelopes.Count} checkpoints signed during the call");
    }

    private static bool IsSame(ManifestCheckpoint listed, Checkpoint signed, string keyId) =>
        (listed.Part, listed.Seq, listed.Head, listed.At, listed.KeyId) == (signed.Part, signed.Seq, signed.Head, signed.At, keyId);
}
