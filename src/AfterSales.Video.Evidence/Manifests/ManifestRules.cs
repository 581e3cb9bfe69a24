using AfterSales.Video.Evidence.Journals;

namespace AfterSales.Video.Evidence.Manifests;

/// <summary>What a manifest must fulfil beyond its shape (recordings-schema/manifest/v1/README.md §3).</summary>
internal static class ManifestRules
{
    private const int KeyIdDigits = 32;

    public static string Problem(Manifest m) => Rules.First(
        m.Schema == Manifest.Version1 ? "" : "schema is not version 1",
        Rules.Name(m.RecordingId, "recordingId"), Rules.Name(m.TenantId, "tenantId"), Rules.Name(m.CallId, "callId"),
        Rules.Count(m.DurationMs, "durationMs"),
        m.EndedAt >= m.StartedAt ? "" : "endedAt is before startedAt",
        m.State == Manifest.Complete == (m.PartialReason is null) && m.State is Manifest.Complete or Manifest.Partial
            ? "" : "state must be complete, or partial with a partialReason",
        Rules.Digest(m.Consent.TextSha256, "consent.textSha256"), Rules.Digest(m.Environment.ConfigurationSha256, "environment.configurationSha256"),
        Rules.IsHex(m.Keys.DataKeyId, KeyIdDigits) && Rules.IsHex(m.Keys.SigningKeyId, KeyIdDigits) ? "" : "keys must be 32 digits of lower-case hex",
        OfJournal(m), OfSegments(m), OfCheckpoints(m),
        Rules.Each(m.Tracks, "tracks", t => Rules.First(OfRange(t.FromMs, t.ToMs), Rules.Each(t.Runs, "runs", r => OfRange(r.FromMs, r.ToMs))), t => t.TrackId),
        Rules.Each(m.Gaps, "gaps", g => OfRange(g.FromMs, g.ToMs)),
        Rules.Each(m.Photos, "photos", p => Rules.Digest(p.Sha256, "sha256"), p => p.PhotoId),
        OfFiles(m),
        Rules.Each(m.Timestamps, "timestamps", t => Rules.First(Rules.Name(t.Name, "name"), Rules.Digest(t.MessageImprint, "messageImprint")), t => t.Name),
        m.Receipt is { } receipt ? Rules.Digest(receipt.Sha256, "receipt.sha256") : "");

    public static string OfFile(ManifestFile file) =>
        Rules.First(Rules.Name(file.Name, "name"), Rules.Count(file.Length, "length"), Rules.Digest(file.Sha256, "sha256"));

    private static string OfJournal(Manifest m)
    {
        var part = 0;
        return m.Journal.Parts.Count is 0 or > JournalFiles.MaxParts ? $"journal must have 1 to {JournalFiles.MaxParts} parts" : Rules.Each(m.Journal.Parts, "journal.parts", p => Rules.First(
            p.Part == ++part ? "" : "parts must be numbered 1, 2, 3 …",
            Rules.Digest(p.Head, "head"), Rules.Count(p.Blocks, "blocks"), Rules.Count(p.Bytes, "bytes"), Rules.Count(p.LossMs, "lossMs")));
    }

    /// <summary>Part by part, index by index, no block left out, none twice; as long together as the part.</summary>
    private static string OfSegments(Manifest m)
    {
        var (part, index, next) = (0, 0, 0L);
        var problem = Rules.Each(m.Segments, "segments", s =>
        {
            (part, index, next) = s.Part == part ? (part, index + 1, next) : (part + 1, 1, 0);
            var expected = next;
            next = s.LastSeq + 1;
            return Rules.First(
                Rules.Name(s.Name, "name"), Rules.Digest(s.Sha256, "sha256"), Rules.Count(s.Length, "length", 1),
                s.Part == part && s.Index == index ? "" : "segments must be in the order of part and index",
                s.FirstSeq == expected && s.LastSeq >= expected - 1 ? "" : $"must go on with block {expected}");
        }, s => s.Name);
        return problem.Length > 0 ? problem : Rules.Each(m.Journal.Parts, "journal.parts", p => Rules.First(
            m.Segments.Where(s => s.Part == p.Part).Aggregate(0L, (sum, s) => unchecked(sum + s.Length)) == p.Bytes ? "" : "bytes differ from the segments'",
            m.Segments.LastOrDefault(s => s.Part == p.Part)?.LastSeq == p.Blocks - 1 ? "" : "blocks differ from the segments'"));
    }

    private static string OfCheckpoints(Manifest m)
    {
        var last = (Part: 0, Seq: 0L);
        return Rules.Each(m.Checkpoints, "checkpoints", c =>
        {
            var problem = Rules.First(
                ChainPlace.Problem(c.Part, c.Seq, c.Head),
                (c.Part, c.Seq).CompareTo(last) > 0 ? "" : "checkpoints must be in the order of part and seq");
            last = (c.Part, c.Seq);
            return problem;
        });
    }

    private static string OfFiles(Manifest m)
    {
        var names = m.Files.Select(f => f.Name).Append("journal").ToHashSet(StringComparer.Ordinal);
        return Rules.Each(
            m.Files, "files",
            f => Rules.First(OfFile(f), f.DerivedFrom?.FirstOrDefault(d => !names.Contains(d) || d == f.Name) is { } d ? $"derivedFrom names {d}, which is not here" : ""),
            f => f.Name);
    }

    private static string OfRange(long from, long to) => to >= from ? "" : "ends before it begins";
}
