using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Evidence.Verification;
using AfterSales.Video.TestKit.Evidence;

namespace AfterSales.Video.Evidence.Tests.Manifests;

public sealed class ManifestSchemaTests : IDisposable
{
    private static readonly string Schemas = FindSchemas();
    private readonly SampleExport _sample = SampleExport.Create();

    [Fact]
    public void What_we_sign_is_what_the_schemas_describe()
    {
        Assert.Equal("", Schema("manifest/v1/manifest.schema.json").Validate(JsonDocument.Parse(ManifestPayload()).RootElement));
        Assert.Equal("", Schema("custody/v1/custody.schema.json").Validate(JsonDocument.Parse(_sample.Files[ExportNames.Custody]).RootElement));
    }

    [Fact]
    public void A_field_left_out_added_or_of_another_type_is_refused_by_reader_and_schema_alike()
    {
        var schema = Schema("manifest/v1/manifest.schema.json");
        var manifest = JsonNode.Parse(ManifestPayload())!.AsObject();
        foreach (var name in manifest.Select(m => m.Key).Where(n => n is not ("schema" or "receipt")).ToArray())
        {
            var without = manifest.DeepClone().AsObject();
            without.Remove(name);
            AssertRefused(without, name + " left out");
            var other = manifest.DeepClone().AsObject();
            other[name] = other[name]!.GetValueKind() == JsonValueKind.String ? 1 : "x";
            AssertRefused(other, name + " of another type");
        }

        var added = manifest.DeepClone().AsObject();
        added["more"] = 1;
        AssertRefused(added, "more");

        void AssertRefused(JsonObject changed, string what)
        {
            using var document = JsonDocument.Parse(changed.ToJsonString());
            Assert.False(schema.Validate(document.RootElement).Length == 0, what);
            var envelope = new DsseEnvelope(PayloadTypes.Manifest, CanonicalJson.Write(document.RootElement), []);
            Assert.False(SignedDocuments.Manifest.TryRead(envelope, out _, out _), what);
        }
    }

    [Fact]
    public void A_manifest_that_contradicts_itself_is_neither_signed_nor_read()
    {
        var good = _sample.Manifest;
        Manifest[] wrong =
        [
            good with { State = "done" },
            good with { PartialReason = "because" },
            good with { State = Manifest.Partial },
            good with { EndedAt = good.StartedAt.AddSeconds(-1) },
            good with { RecordingId = "../x" },
            good with { Segments = [.. good.Segments.Skip(1)] },
            good with { Segments = [.. good.Segments.Reverse()] },
            good with { Segments = [.. good.Segments, good.Segments[^1]] },
            good with { Segments = [good.Segments[0] with { LastSeq = 6 }, .. good.Segments.Skip(1)] },
            good with { Checkpoints = [.. good.Checkpoints.Reverse()] },
            good with { Files = [good.Files[0], good.Files[0]] },
            good with { Files = [good.Files[0] with { DerivedFrom = ["nowhere.bin"] }] },
            good with { Files = [good.Files[0] with { Sha256 = good.Files[0].Sha256.ToUpperInvariant() }] },
            good with { Journal = new ManifestJournal([]) },
            good with { Journal = new ManifestJournal([good.Journal.Parts[0] with { Part = 2 }]) },
            good with { Gaps = [new ManifestGap("mute", "", 5, 4)] },
        ];
        foreach (var manifest in wrong)
            Assert.Throws<ArgumentException>(() => SignedDocuments.Manifest.Sign(manifest, _sample.Signer));
    }

    [Fact]
    public void The_published_vectors_are_read_and_their_signature_fits()
    {
        var folder = Path.Combine(Schemas, "manifest/v1/vectors");
        if (Environment.GetEnvironmentVariable("AFTERSALES_WRITE_VECTORS") is not null)
            WriteVectors(folder);
        var keys = Read("keys.json");
        Assert.True(EvidenceKeySet.TryParse(keys, out var set, out var problem), problem);
        Assert.True(DsseEnvelope.TryParse(Read("manifest.dsse.json"), out var envelope, out problem), problem);
        Assert.True(set.Check(envelope, PayloadTypes.Manifest).IsValid);
        Assert.True(SignedDocuments.Manifest.TryRead(envelope, out var manifest, out problem), problem);
        Assert.Equal("rec-1", manifest.RecordingId);
        Assert.Equal(Encoding.UTF8.GetString(Read("manifest.json")), Encoding.UTF8.GetString(envelope.Payload.Span));

        byte[] Read(string name) => File.ReadAllBytes(Path.Combine(folder, name));
    }

    public void Dispose() => _sample.Dispose();

    private void WriteVectors(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "manifest.json"), ManifestPayload());
        File.WriteAllBytes(Path.Combine(folder, "manifest.dsse.json"), _sample.Files[ExportNames.Manifest]);
        File.WriteAllBytes(Path.Combine(folder, "keys.json"), _sample.Files[ExportNames.Keys]);
    }

    private byte[] ManifestPayload() => DsseEnvelope.TryParse(_sample.Files[ExportNames.Manifest], out var envelope, out _) ? envelope.Payload.ToArray() : [];

    private static SmallJsonSchema Schema(string path) => new(JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Schemas, path))).RootElement);

    private static string FindSchemas()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "recordings-schema")))
            folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("Run from inside the repository."), "recordings-schema");
    }
}
