using System.Text.Json;
using AfterSales.Video.Evidence.Manifests;

namespace AfterSales.Video.Evidence.Verification;

/// <summary>The journal made of the segments: chain, head, blocks, END, and that it is this recording's.</summary>
internal static class JournalChecks
{
    private const string Name = "journal";

    public static void Run(ExportContext context)
    {
        var manifest = context.Manifest!;
        foreach (var part in manifest.Journal.Parts)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var segments = manifest.Segments.Where(s => s.Part == part.Part).ToArray();
            if (!segments.All(s => context.Has(ExportNames.Segments + s.Name)))
            {
                context.Checks.Incomplete(Name, $"part {part.Part}", "not all of its segments are here");
                continue;
            }

            using var stream = new JoinedStream([.. segments.Select(s => ExportNames.Segments + s.Name)], context.Files);
            CheckPart(context, part, stream, isLast: part.Part == manifest.Journal.Parts.Count);
        }

        CheckEnd(context, manifest);
    }

    private static void CheckPart(ExportContext context, ManifestJournalPart part, Stream stream, bool isLast)
    {
        var where = $"part {part.Part}";
        var wanted = WantedBlocks(context, part.Part);
        if (!JournalVerifier.TryRead(part.Part, stream, context.DataKey, wanted, out var state, out var problem))
        {
            context.Checks.Fail(Name, where, problem);
            return;
        }

        context.Parts[part.Part] = state;
        var verdict = JournalVerifier.Judge(state, context.Checkpoints, isLast);
        if (verdict.Outcome == CheckOutcome.Passed && Mismatch(context.Manifest!, part, state, isLast) is { Length: > 0 } mismatch)
            context.Checks.Fail(Name, where, mismatch);
        else if (verdict.Outcome == CheckOutcome.Passed)
            context.Checks.Pass(verdict.Name, verdict.Text);
        else if (verdict.Outcome == CheckOutcome.Failed)
            context.Checks.Fail(verdict.Name, verdict.Where, verdict.Text);
        else
            context.Checks.Incomplete(verdict.Name, verdict.Where, verdict.Text);
        if (context.DataKey.Length == 0 && state.DataKeyId.AsSpan().ContainsAnyExcept('0'))
            context.Checks.Incomplete(Name, where, "the content could not be opened without its key");
    }

    private static HashSet<long> WantedBlocks(ExportContext context, int part)
    {
        var wanted = context.Checkpoints.Where(c => c.Part == part).Select(c => c.Seq).ToHashSet();
        wanted.UnionWith(ReceiptCheck.WantedBlocks(context, part));
        return wanted;
    }

    /// <summary>The signed claims about a part against the part itself.</summary>
    private static string Mismatch(Manifest manifest, ManifestJournalPart part, JournalPartState state, bool isLast) => Rules.First(
        state.Head == part.Head ? "" : "its head is not the one that was signed",
        state.Blocks == part.Blocks && state.Bytes == part.Bytes ? "" : "it is not as long as was signed",
        state.Recovered == part.Recovered ? "" : "the manifest and the END differ about a recovery",
        !state.Recovered || part.LossMs >= state.LossMs ? "" : "the manifest states less loss than the END",
        !isLast || state.EndReason.Length == 0 || state.EndReason == part.EndReason ? "" : "the manifest and the END differ about the reason of the end",
        state.DataKeyId == manifest.Keys.DataKeyId || !state.DataKeyId.AsSpan().ContainsAnyExcept('0') ? "" : "it was written with another data key",
        HeaderMismatch(manifest, state.HeaderBody));

    private static string HeaderMismatch(Manifest manifest, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var header = document.RootElement;
            return Rules.First(
                Same(header, "recordingId", manifest.RecordingId), Same(header, "tenantId", manifest.TenantId), Same(header, "callId", manifest.CallId),
                Same(header, "ticketId", manifest.Ticket.Id), Same(header, "consentTextVersion", manifest.Consent.TextVersion),
                Same(header, "consentTextSha256", manifest.Consent.TextSha256), Same(header, "consentLanguage", manifest.Consent.Language));
        }
        catch (JsonException)
        {
            return "its header record is not JSON";
        }
    }

    private static string Same(JsonElement header, string name, string value) =>
        header.ValueKind == JsonValueKind.Object && header.TryGetProperty(name, out var given) && given.ValueKind == JsonValueKind.String && given.ValueEquals(value)
            ? "" : $"its header says another {name} than the manifest";

    /// <summary>A part goes on from a head of the part before; the last one ends.</summary>
    private static void CheckEnd(ExportContext context, Manifest manifest)
    {
        for (var number = 2; number <= manifest.Journal.Parts.Count; number++)
        {
            if (context.Parts.TryGetValue(number - 1, out var before) && context.Parts.TryGetValue(number, out var part) && PreviousHead(part.HeaderBody) != before.Head)
                context.Checks.Fail(Name, $"part {number}", "does not go on where the part before ends");
        }

        if (context.Parts.TryGetValue(manifest.Journal.Parts.Count, out var last) && last is { Ended: true, Problem.Length: 0 })
            context.Checks.Pass("end", last.Recovered ? "closed by recovery after an interruption" : $"closed in order: {ExportLimits.Printable(last.EndReason)}");
    }

    private static string PreviousHead(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("previousHead", out var head)
                && head.ValueKind == JsonValueKind.String ? head.GetString() ?? "" : "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "";
        }
    }
}
