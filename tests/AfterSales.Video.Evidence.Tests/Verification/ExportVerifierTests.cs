using System.Text.Json.Nodes;
using AfterSales.Video.Evidence.Custody;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Evidence.Timestamps;
using AfterSales.Video.Evidence.Verification;
using AfterSales.Video.TestKit.Evidence;

namespace AfterSales.Video.Evidence.Tests.Verification;

public sealed class ExportVerifierTests : IDisposable
{
    private readonly SampleExport _sample = SampleExport.Create();

    [Fact]
    public void A_whole_export_is_verified_without_any_doubt()
    {
        var report = _sample.Verify();
        Assert.Equal("Verified", report.Headline);
        Assert.DoesNotContain(report.Checks, c => c.Outcome is CheckOutcome.Failed or CheckOutcome.Incomplete);
    }

    [Fact]
    public void Every_field_of_the_manifest_is_covered_by_its_signature()
    {
        var envelope = Envelope(ExportNames.Manifest);
        var payload = JsonNode.Parse(envelope.Payload.Span)!;
        var leaves = Leaves(payload).ToArray();
        Assert.True(leaves.Length > 150, $"{leaves.Length} leaves");
        foreach (var path in leaves)
        {
            var changed = payload.DeepClone();
            Change(changed, path);
            using var document = System.Text.Json.JsonDocument.Parse(changed.ToJsonString());
            var forged = new DsseEnvelope(envelope.PayloadType, CanonicalJson.Write(document.RootElement), envelope.Signatures);
            _sample.Files[ExportNames.Manifest] = forged.ToJson();
            _sample.SignList();
            var report = _sample.Verify();
            Assert.True(report.Verdict == Verdict.Failed && report.Where == ExportNames.Manifest, $"{string.Join('/', path)}: {report.Headline}");
        }
    }

    [Fact]
    public void Even_who_holds_the_signing_key_cannot_make_the_manifest_say_another_recording()
    {
        var good = _sample.Manifest;
        Manifest[] lies =
        [
            good with { RecordingId = "rec-9" },
            good with { CallId = "call-9" },
            good with { TenantId = "t9" },
            good with { Ticket = good.Ticket with { Id = "T-9" } },
            good with { Consent = good.Consent with { TextSha256 = new string('f', 64) } },
            good with { Consent = good.Consent with { Language = "de" } },
            good with { Keys = good.Keys with { DataKeyId = new string('f', 32) } },
            good with { Journal = new ManifestJournal([good.Journal.Parts[0] with { Head = new string('f', 64) }]) },
            good with { Journal = new ManifestJournal([good.Journal.Parts[0] with { Recovered = true }]) },
            good with { Journal = new ManifestJournal([good.Journal.Parts[0] with { EndReason = "crash" }]) },
            good with { Checkpoints = [.. good.Checkpoints.Skip(1)] },
            good with { Checkpoints = [good.Checkpoints[0] with { Head = new string('f', 64) }, .. good.Checkpoints.Skip(1)] },
            good with { Files = [good.Files[0] with { Sha256 = new string('f', 64) }, .. good.Files.Skip(1)] },
            good with { Files = [.. good.Files.Skip(1)] },
            good with { Segments = [good.Segments[0] with { Sha256 = new string('f', 64) }, .. good.Segments.Skip(1)] },
            good with { Receipt = good.Receipt! with { Sha256 = new string('f', 64) } },
        ];
        foreach (var lie in lies)
        {
            _sample.Reseal(lie);
            var report = _sample.Verify();
            Assert.True(report.Verdict == Verdict.Failed, report.Headline + "\n" + lie);
        }
    }

    [Fact]
    public void A_missing_end_is_incomplete()
    {
        using var open = SampleExport.Create(new SampleExportOptions(WithEnd: false));
        var report = open.Verify();
        Assert.Equal(Verdict.Incomplete, report.Verdict);
        Assert.Contains("END", report.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_before_a_checkpoint_is_failed_as_truncated_even_with_a_manifest_that_fits_the_cut()
    {
        using var cut = SampleExport.Create(new SampleExportOptions(WithEnd: false));
        var last = cut.Manifest.Segments[^1];
        cut.Files.Remove(ExportNames.Segments + last.Name);
        var part = cut.Manifest.Journal.Parts[0];
        cut.Reseal(cut.Manifest with
        {
            Segments = [.. cut.Manifest.Segments.SkipLast(1)],
            Journal = new ManifestJournal([part with { Blocks = last.FirstSeq, Bytes = part.Bytes - last.Length, Head = cut.Journal.Heads[(int)last.FirstSeq - 1] }]),
        });
        var report = cut.Verify();
        Assert.Equal(Verdict.Failed, report.Verdict);
        Assert.Contains("truncated", report.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExportNames.Custody)]
    [InlineData(ExportNames.CustodyRoots)]
    [InlineData(ExportNames.DataKey)]
    [InlineData(ExportNames.Checkpoints)]
    [InlineData(ExportNames.Receipt)]
    [InlineData(ExportNames.Manifest)]
    [InlineData(ExportNames.Keys)]
    [InlineData("files/playback.mp4")]
    [InlineData("segments/journal-1-000003.seg")]
    public void What_was_never_put_into_the_export_makes_it_incomplete(string name)
    {
        _sample.Files.Remove(name);
        _sample.SignList();
        var report = _sample.Verify();
        Assert.True(report.Verdict == Verdict.Incomplete, report.Headline);
    }

    [Fact]
    public void A_file_nobody_vouches_for_fails_even_when_it_was_exported()
    {
        _sample.Files["files/extra.mp4"] = [1];
        _sample.SignList();
        Assert.Equal("files/extra.mp4", _sample.Verify().Where);
    }

    [Fact]
    public void A_court_copy_made_later_is_tied_to_the_manifest()
    {
        byte[] copy = [1, 2, 3];
        var file = new ManifestFile("court-copy.mp4", "court-copy", "video/mp4", copy.Length, SampleExport.Digest(copy), ["original.mkv"], "ffmpeg 5.1");
        _sample.Files["files/court-copy.mp4"] = copy;
        AddDerivative(SampleExport.Digest(_sample.Files[ExportNames.Manifest]));
        Assert.Equal("Verified", _sample.Verify().Headline);
        AddDerivative(new string('f', 64));
        Assert.Equal(Verdict.Failed, _sample.Verify().Verdict);

        void AddDerivative(string manifestSha256)
        {
            var document = new DerivativeDocument("rec-1", manifestSha256, file, _sample.SealedAt);
            _sample.Files[ExportNames.Derivatives] = DsseEnvelope.ToJsonArray([SignedDocuments.Derivative.Sign(document, _sample.Signer)]);
            _sample.SignList();
        }
    }

    [Fact]
    public void A_custody_entry_changed_or_left_out_fails()
    {
        Assert.True(CustodyExtract.TryParse(_sample.Files[ExportNames.Custody], out var extract, out _));
        var changed = extract.Entries.ToArray();
        changed[1] = changed[1] with { ActorId = "x" };
        foreach (var forged in new[] { extract with { Entries = changed }, extract with { Entries = [extract.Entries[1]], Proofs = [extract.Proofs[1]] } })
        {
            _sample.Files[ExportNames.Custody] = forged.ToJson();
            _sample.SignList();
            Assert.StartsWith("entry ", _sample.Verify().Where, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_key_revoked_later_counts_only_with_a_trusted_timestamp_from_before()
    {
        using var tsa = new LocalTsa();
        using var trusted = Roots(tsa);
        var now = TimeProvider.System.GetUtcNow();
        using var sample = SampleExport.Create(new SampleExportOptions(Start: now.AddMinutes(-2)));
        sample.SetKeys(sample.PublishedKey with { RevokedAt = Milliseconds(now.AddHours(1)) });
        sample.SignList();
        Assert.Equal(Verdict.Incomplete, sample.Verify().Verdict);
        var imprint = Convert.FromHexString(SampleExport.Digest(sample.Files[ExportNames.Manifest]));
        sample.Files["timestamps/manifest.tsr"] = tsa.Reply(TimestampQuery.Create(imprint).Encoded.Span);
        // A root that came with the export proves nothing against whoever stole the key.
        sample.Files[ExportNames.TsaRoots] = System.Text.Encoding.ASCII.GetBytes(tsa.RootPem);
        sample.SignList();
        Assert.Contains(Doubts(sample.Verify()), c => c.Where == ExportNames.Manifest);
        // What is in the manifest is vouched for with it; the export list and the custody root were signed without a timestamp.
        Assert.Equal("export.dsse.json custody-roots.json[0]", string.Join(' ', Doubts(sample.Verify(new VerificationOptions([], trusted))).Select(c => c.Where)));
        sample.SetKeys(sample.PublishedKey with { RevokedAt = Milliseconds(now.AddSeconds(-90)) });
        sample.SignList();
        Assert.Equal(Verdict.Failed, sample.Verify(new VerificationOptions([], trusted)).Verdict);

        static IEnumerable<VerificationCheck> Doubts(VerificationReport report) => report.Checks.Where(c => c.Outcome == CheckOutcome.Incomplete);
    }

    [Fact]
    public void A_timestamp_of_the_manifest_is_verified_against_the_given_roots()
    {
        using var tsa = new LocalTsa();
        using var stranger = new LocalTsa();
        using var trusted = Roots(tsa);
        using var other = Roots(stranger);
        using var sample = SampleExport.Create(new SampleExportOptions(Start: TimeProvider.System.GetUtcNow().AddMinutes(-2)));
        var imprint = Convert.FromHexString(SampleExport.Digest(sample.Files[ExportNames.Manifest]));
        sample.Files["timestamps/manifest.tsr"] = tsa.Reply(TimestampQuery.Create(imprint).Encoded.Span);
        sample.SignList();
        Assert.Equal("Verified", sample.Verify(new VerificationOptions([], trusted)).Headline);
        Assert.Equal("timestamps/manifest.tsr", sample.Verify(new VerificationOptions([], other)).Where);
        using var late = SampleExport.Create(new SampleExportOptions(Start: TimeProvider.System.GetUtcNow().AddHours(-2)));
        imprint = Convert.FromHexString(SampleExport.Digest(late.Files[ExportNames.Manifest]));
        late.Files["timestamps/manifest.tsr"] = tsa.Reply(TimestampQuery.Create(imprint).Encoded.Span);
        late.SignList();
        var report = late.Verify(new VerificationOptions([], trusted));
        Assert.Equal("Verified", report.Headline);
        Assert.Contains(report.Checks, c => c.Text.StartsWith("timestamp_late", StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_used_after_it_was_retired_fails()
    {
        _sample.SetKeys(_sample.PublishedKey with { RetiredAt = _sample.SealedAt.AddHours(-1) });
        _sample.SignList();
        Assert.Equal(Verdict.Failed, _sample.Verify().Verdict);
    }

    [Fact]
    public void A_timestamp_must_be_about_a_document_that_is_here()
    {
        using var tsa = new LocalTsa();
        using var trusted = Roots(tsa);
        // The sample was "made" in the future of this machine's clock, so the authority saw it too early.
        Stamp(Convert.FromHexString(SampleExport.Digest(_sample.Files[ExportNames.Manifest])));
        var early = _sample.Verify(new VerificationOptions([], trusted));
        Assert.Equal("timestamps/manifest.tsr", early.Where);
        Assert.Contains("after the authority saw it", early.Why, StringComparison.Ordinal);
        Stamp(new byte[32]);
        Assert.Contains("not here", _sample.Verify().Why, StringComparison.Ordinal);

        void Stamp(byte[] sha256)
        {
            _sample.Files["timestamps/manifest.tsr"] = tsa.Reply(TimestampQuery.Create(sha256).Encoded.Span);
            _sample.SignList();
        }
    }

    [Fact]
    public void Openssl_accepts_our_signature()
    {
        var envelope = Envelope(ExportNames.Manifest);
        var folder = Directory.CreateTempSubdirectory("aftersales-dgst-").FullName;
        File.WriteAllBytes(Path.Combine(folder, "signed"), DsseEnvelope.PreAuthenticationEncoding(envelope.PayloadType, envelope.Payload.Span));
        File.WriteAllBytes(Path.Combine(folder, "signature"), envelope.Signatures[0].Value.ToArray());
        File.WriteAllText(Path.Combine(folder, "key.pem"), _sample.Signer.PublicKeyPem);
        var (exit, output) = OpenSslTool.Run(folder, "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "signed");
        File.AppendAllText(Path.Combine(folder, "signed"), " ");
        var (wrong, _) = OpenSslTool.Run(folder, "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "signed");
        Directory.Delete(folder, recursive: true);
        Assert.True(exit == 0 && output.Contains("Verified OK", StringComparison.Ordinal), output);
        Assert.NotEqual(0, wrong);
    }

    [Fact]
    public void The_readmes_commands_verify_the_export_without_our_tool()
    {
        var readme = ExportReadme.Text("rec-1", new Uri("https://shop.example/.well-known/aftersales-evidence-keys.json"));
        Assert.Contains(ExportReadme.OpenSslCommands, readme, StringComparison.Ordinal);
        Assert.Contains(ExportReadme.DigestCommands, readme, StringComparison.Ordinal);
        var folder = Directory.CreateTempSubdirectory("aftersales-readme-").FullName;
        _sample.WriteTo(folder);
        var (exit, output) = OpenSslTool.RunShell(folder, ExportReadme.OpenSslCommands + "\n" + ExportReadme.DigestCommands);
        Assert.True(exit == 0 && output.Contains("Verified OK", StringComparison.Ordinal), output);
        Assert.Contains("files/original.mkv: OK", output, StringComparison.Ordinal);
        File.AppendAllText(Path.Combine(folder, "files", "original.mkv"), " ");
        var (changed, found) = OpenSslTool.RunShell(folder, ExportReadme.DigestCommands);
        Directory.Delete(folder, recursive: true);
        Assert.True(changed != 0 && found.Contains("files/original.mkv: FAILED", StringComparison.Ordinal), found);
    }

    public void Dispose() => _sample.Dispose();

    private static TimestampRoots Roots(LocalTsa tsa) =>
        TimestampRoots.TryParse(tsa.RootPem, out var roots, out var problem) ? roots : throw new InvalidOperationException(problem);

    private static DateTimeOffset Milliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    private DsseEnvelope Envelope(string name) =>
        DsseEnvelope.TryParse(_sample.Files[name], out var envelope, out var problem) ? envelope : throw new InvalidOperationException(problem);

    private static IEnumerable<object[]> Leaves(JsonNode node) => node switch
    {
        JsonObject o => o.SelectMany(m => Leaves(m.Value!).Select(rest => (object[])[m.Key, .. rest])),
        JsonArray a => a.SelectMany((item, i) => Leaves(item!).Select(rest => (object[])[i, .. rest])),
        _ => [[]],
    };

    private static void Change(JsonNode root, object[] path)
    {
        var parent = path.SkipLast(1).Aggregate(root, (node, step) => step is string name ? node[name]! : node[(int)step]!);
        var leaf = path[^1] is string key ? parent[key]! : parent[(int)path[^1]]!;
        JsonNode changed = leaf.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.Number => leaf.GetValue<long>() + 1,
            System.Text.Json.JsonValueKind.True => false,
            System.Text.Json.JsonValueKind.False => true,
            _ => leaf.GetValue<string>() + "x",
        };
        if (path[^1] is string last)
            parent[last] = changed;
        else
            parent[(int)path[^1]] = changed;
    }
}
