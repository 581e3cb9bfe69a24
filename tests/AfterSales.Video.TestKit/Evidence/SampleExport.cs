using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using AfterSales.Video.Evidence.Custody;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Evidence.Verification;

namespace AfterSales.Video.TestKit.Evidence;

/// <param name="Seed">Same seed, same journal bytes but for nonces and keys.</param>
/// <param name="Blocks">Blocks before the END.</param>
/// <param name="Recovered">The END says that recovery wrote it.</param>
/// <param name="WithEnd">False: the journal breaks off without an END.</param>
/// <param name="Start">When the recording began; a fixed moment when left out.</param>
public sealed record SampleExportOptions(
    int Seed = 1, int Blocks = 40, bool Recovered = false, bool WithEnd = true, string RecordingId = "rec-1", DateTimeOffset? Start = null);

/// <summary>A small export that is Verified: journal, segments, checkpoints, manifest, receipt, custody. Its media is not playable.</summary>
public sealed class SampleExport : IDisposable
{
    private const int BlocksPerSegment = 8;
    private const int BlocksPerCheckpoint = 10;
    private readonly SampleExportOptions _options;
    private string _receiptCode = "";

    private SampleExport(SampleExportOptions options) => _options = options;

    public SigningKey Signer { get; } = SigningKey.Create();
    public byte[] DataKey { get; } = AfterSales.Video.Evidence.Keys.DataKey.Create();
    public SampleJournal Journal { get; private set; } = null!;
    public IReadOnlyList<DsseEnvelope> Checkpoints { get; private set; } = [];
    public Manifest Manifest { get; private set; } = null!;

    /// <summary>By name with "/". Change at will; <see cref="SignList"/> makes the export list fit again.</summary>
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>When the recording began, whole milliseconds.</summary>
    public DateTimeOffset Start => DateTimeOffset.FromUnixTimeMilliseconds(_options.Start?.ToUnixTimeMilliseconds() ?? 1_800_000_000_000);

    /// <summary>When the manifest was signed.</summary>
    public DateTimeOffset SealedAt => Start.AddMinutes(1);

    public static SampleExport Create(SampleExportOptions? options = null)
    {
        var export = new SampleExport(options ?? new SampleExportOptions());
        export.MakeJournal();
        export.MakeFiles();
        export.MakeManifest();
        export.MakeCustody();
        export.SignList();
        return export;
    }

    /// <summary>Signs a changed manifest as the server would.</summary>
    public void Reseal(Manifest manifest)
    {
        Manifest = manifest;
        Files[ExportNames.Manifest] = SignedDocuments.Manifest.Sign(manifest, Signer).ToJson();
        SignList();
    }

    public void SignList()
    {
        Files.Remove(ExportNames.List);
        var list = new ExportList(_options.RecordingId, SealedAt.AddMinutes(1), "reviewer", [.. Files.OrderBy(f => f.Key, StringComparer.Ordinal)
            .Select(f => new ExportedFile(f.Key, f.Value.Length, Digest(f.Value)))]);
        Files[ExportNames.List] = SignedDocuments.Export.Sign(list, Signer).ToJson();
    }

    public void SetKeys(params PublishedKey[] keys) =>
        Files[ExportNames.Keys] = EvidenceKeySet.TryCreate(keys, out var set, out var problem) ? set.ToJson() : throw new InvalidOperationException(problem);

    public PublishedKey PublishedKey => new(Signer.KeyId, EvidenceKeySet.Algorithm, Signer.PublicKeyPem, Start.AddDays(-1));

    public VerificationReport Verify(VerificationOptions? options = null)
    {
        using var files = new MemoryExport(Files);
        return ExportVerifier.Verify(files, options ?? VerificationOptions.None);
    }

    public byte[] ToZip(CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in Files)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    public void WriteTo(string folder)
    {
        foreach (var (name, content) in Files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
    }

    public void Dispose() => Signer.Dispose();

    public static string Digest(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private void MakeJournal()
    {
        var header = $$"""
            {"recordingId":"{{_options.RecordingId}}","tenantId":"t","ticketId":"T-1","callId":"call-1","consentTextVersion":"1","consentTextSha256":"{{new string('a', 64)}}","consentLanguage":"en","consentAt":"2027-01-15T08:00:00+00:00"}
            """;
        var end = $$"""{"blocks":{{_options.Blocks}},"packets":{{_options.Blocks}},"dropped":0,"recovered":{{(_options.Recovered ? "true" : "false")}},"cutBytes":0{{(_options.Recovered ? ",\"lossMs\":200" : "")}}}""";
        Journal = SampleJournal.Create(header, DataKey, _options.Blocks, new Random(_options.Seed), _options.WithEnd ? end : null);
        Checkpoints = [.. Enumerable.Range(0, Journal.Blocks).Where(seq => seq % BlocksPerCheckpoint == 0 || seq == Journal.Blocks - 1)
            .Select(seq => SignedDocuments.Checkpoint.Sign(new Checkpoint(_options.RecordingId, 1, seq, Journal.Heads[seq], Start.AddMilliseconds(seq * 100)), Signer))];
    }

    private void MakeFiles()
    {
        var random = new Random(_options.Seed + 1);
        foreach (var (name, length) in new[] { ("original.mkv", 3000), ("playback.mp4", 2000), ("timeline.json", 300) })
        {
            Files[ExportNames.Files + name] = new byte[length];
            random.NextBytes(Files[ExportNames.Files + name]);
        }

        foreach (var segment in Segments())
            Files[ExportNames.Segments + segment.Name] = segment.Content;
        Files[ExportNames.DataKey] = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(DataKey) + "\n");
        Files[ExportNames.Checkpoints] = DsseEnvelope.ToJsonArray(Checkpoints);
        Files[ExportNames.Readme] = Encoding.UTF8.GetBytes("How to verify this export.\n");
        SetKeys(PublishedKey);
        var last = Journal.Blocks - 1;
        var receipt = new Receipt(
            ReceiptCode.Create(), _options.RecordingId, "call-1", Start, last * 100, Journal.Blocks,
            new ReceiptCheckpoint(1, last, Journal.Heads[last], Start.AddMilliseconds(last * 100)), Complete: true, Start.AddSeconds(30));
        Files[ExportNames.Receipt] = SignedDocuments.Receipt.Sign(receipt, Signer).ToJson();
        _receiptCode = receipt.ReceiptCode;
    }

    private IEnumerable<(string Name, byte[] Content, int First, int Last)> Segments()
    {
        for (var (index, first) = (1, 0); first < Journal.Blocks; index++, first += BlocksPerSegment)
        {
            var next = Math.Min(first + BlocksPerSegment, Journal.Blocks);
            var from = first == 0 ? 0 : Journal.Offsets[first];
            yield return (JournalFiles.SegmentName(1, index), Journal.Bytes[from..Journal.Offsets[next]], first, next - 1);
        }
    }

    private void MakeManifest()
    {
        var durationMs = (Journal.Blocks - 1) * 100L;
        Reseal(new Manifest
        {
            RecordingId = _options.RecordingId,
            TenantId = "t",
            CallId = "call-1",
            Ticket = new ManifestTicket("T-1", "1042"),
            StartedAt = Start,
            EndedAt = Start.AddMilliseconds(durationMs),
            DurationMs = durationMs,
            CreatedAt = SealedAt,
            State = Manifest.Complete,
            Parties = [new ManifestParty("p-1", "buyer", 0, durationMs), new ManifestParty("p-2", "agent", 10)],
            Consent = new ManifestConsent("1", new string('a', 64), "en", Start),
            Environment = new ManifestEnvironment("AfterSales.Video", "1.0", new string('b', 64), [new ManifestComponent("ffmpeg", "5.1")]),
            Keys = new ManifestKeys(Convert.ToHexStringLower(AfterSales.Video.Evidence.Keys.DataKey.IdOf(DataKey)), new string('c', 32), Signer.KeyId),
            Journal = new ManifestJournal([new ManifestJournalPart(
                1, Journal.Heads[^1], Journal.Blocks, Journal.Bytes.Length, _options.WithEnd ? "hang_up" : "", _options.Recovered, _options.Recovered ? 200 : 0)]),
            Segments = [.. Segments().Select((s, i) => new ManifestSegment(s.Name, 1, i + 1, s.Content.Length, Digest(s.Content), s.First, s.Last))],
            Checkpoints = [.. Checkpoints.Select(Listed)],
            ClockSamples = [new ClockSample(0, Start)],
            Tracks = [new ManifestTrack("1", "p-1", "buyer", "camera", "video", "sender_reports", 0, durationMs, Journal.Blocks, 1, 1, [new ManifestRun("h264", 0, durationMs, "start", 640, 360, 0)])],
            Gaps = [new ManifestGap("mute", "the buyer muted the microphone", 500, 900, "p-1", "microphone")],
            Marks = [new ManifestMark("crack", 700, "p-2", "corner of the display")],
            Photos = [new ManifestPhoto("photo-1", 800, new string('d', 64), "image/jpeg", 12345)],
            Challenges = [new ManifestChallenge("turn_over", 300, "passed", 450)],
            Files = [.. Files.Where(f => f.Key.StartsWith(ExportNames.Files, StringComparison.Ordinal)).Select(f => new ManifestFile(
                f.Key[ExportNames.Files.Length..], "media", "application/octet-stream", f.Value.Length, Digest(f.Value), ["journal"], "sample"))],
            Timestamps = [],
            Retention = new ManifestRetention(180, 1095),
            Receipt = new ManifestReceipt(_receiptCode, Digest(Files[ExportNames.Receipt])),
        });
    }

    private static ManifestCheckpoint Listed(DsseEnvelope envelope) => SignedDocuments.Checkpoint.TryRead(envelope, out var c, out var problem)
        ? new ManifestCheckpoint(c.Part, c.Seq, c.Head, c.At, envelope.Signatures[0].KeyId)
        : throw new InvalidOperationException(problem);

    private void MakeCustody()
    {
        var log = new SampleCustodyLog();
        log.Add("link_issued", "agent", "other-call");
        log.Add("consent", "buyer", _options.RecordingId);
        log.Add("joined", "buyer", "other-call");
        log.Add("sealed", "system", _options.RecordingId);
        log.Add("viewed", "reviewer", _options.RecordingId);
        Files[ExportNames.Custody] = CustodyExtract.Of("t", [_options.RecordingId], log.Entries).ToJson();
        Files[ExportNames.CustodyRoots] = DsseEnvelope.ToJsonArray([CustodyChain.SignRoot("t", "2027-01-15", log.Entries, SealedAt, Signer)]);
    }
}

/// <summary>A custody log in memory.</summary>
public sealed class SampleCustodyLog
{
    private readonly Dictionary<string, string> _lastOf = new(StringComparer.Ordinal);
    private readonly List<CustodyEntry> _entries = [];

    public IReadOnlyList<CustodyEntry> Entries => _entries;

    public CustodyEntry Add(string kind, string actorRole, string subject, string detail = "{}")
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000 + (_entries.Count * 1000L));
        var entry = CustodyChain.Next(
            _entries.Count, _entries.Count == 0 ? null : _entries[^1].Hash(), _lastOf.GetValueOrDefault(subject), at, kind, actorRole, "id-1", subject, detail);
        _entries.Add(entry);
        _lastOf[subject] = entry.Hash();
        return entry;
    }
}
