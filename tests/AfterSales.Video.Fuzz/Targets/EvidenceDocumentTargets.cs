using System.Text;
using AfterSales.Video.Evidence.Custody;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Evidence.Verification;

namespace AfterSales.Video.Fuzz.Targets;

/// <summary>What is read as canonical must be the only way to write it.</summary>
internal sealed class CanonicalJsonTarget : IFuzzTarget
{
    public string Name => "evidence/canonical-json";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand(
    [
        .. new[]
        {
            "{}", "[]", "null", "\"\"", "-1", "9007199254740991", """{"a":1,"b":[true,false,null],"c":{"d":"é€😀"}}""", """["\b\t\n\f\r\"\\\u001f"]""",
            """{"a":1,"a":2}""", "[1.0]", "[1e1]", "[-0]", "\"\\ud800\"", "[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]",
        }.Select(SeedSet.Text),
    ]);

    public IEnumerable<byte[]> Dictionary => new[] { "\\u0000", "\\ud83d\\ude00", "null", "true", ",\"a\":", "[[", "]]", "1e5", "-0" }.Select(SeedSet.Text);

    public void Run(ReadOnlySpan<byte> input)
    {
        if (!CanonicalJson.TryParse(input.ToArray(), out var document, out _))
            return;
        using (document)
        {
            if (!CanonicalJson.Write(document.RootElement).AsSpan().SequenceEqual(input))
                throw new InvalidOperationException("Read as canonical, written otherwise.");
        }
    }
}

/// <summary>An envelope is valid as it was signed, and in no other bytes.</summary>
internal sealed class DsseTarget : IFuzzTarget
{
    private readonly HashSet<string> _signed;
    private readonly EvidenceKeySet _keys;
    private readonly byte[][] _seeds;

    public DsseTarget()
    {
        _seeds = [SampleFiles.All[ExportNames.Manifest], SampleFiles.All[ExportNames.Receipt], .. SampleFiles.Checkpoints.Select(c => c.ToJson())];
        _signed = [.. _seeds.Select(Convert.ToHexString)];
        _keys = SampleFiles.Keys;
    }

    public string Name => "evidence/dsse";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand(_seeds);

    public IEnumerable<byte[]> Dictionary => new[] { "\"signatures\":[", "\"keyid\":\"", "\"sig\":\"", "==", "MEU", PayloadTypes.Receipt }.Select(SeedSet.Text);

    public void Run(ReadOnlySpan<byte> input)
    {
        var isValid = DsseEnvelope.TryParse(input.ToArray(), out var envelope, out _) && _keys.Check(envelope, envelope.PayloadType).IsValid;
        if (isValid && !_signed.Contains(Convert.ToHexString(input)))
            throw new InvalidOperationException("Bytes nobody signed are valid.");
    }
}

/// <summary>Payloads of every kind of document: read strictly, and written again the same.</summary>
internal sealed class SignedDocumentTarget : IFuzzTarget
{
    public string Name => "evidence/documents";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand(
    [
        .. new[] { ExportNames.Manifest, ExportNames.Receipt, ExportNames.List }.Select(name => SampleFiles.Envelope(name).Payload.ToArray()),
        SampleFiles.Checkpoints[0].Payload.ToArray(), SampleFiles.All[ExportNames.Keys], SampleFiles.All[ExportNames.Custody],
    ]);

    public IEnumerable<byte[]> Dictionary => new[] { "\"files\":[", "\"segments\":[]", "\"lastSeq\":", "9007199254740991", "2026-11-22T15:04:05.678Z", "-1" }.Select(SeedSet.Text);

    public void Run(ReadOnlySpan<byte> input)
    {
        var payload = input.ToArray();
        Check(SignedDocuments.Manifest, payload);
        Check(SignedDocuments.Receipt, payload);
        Check(SignedDocuments.Checkpoint, payload);
        Check(SignedDocuments.Export, payload);
        if (EvidenceKeySet.TryParse(payload, out var keys, out _))
            CheckSame(keys.ToJson(), payload);
        if (CustodyExtract.TryParse(payload, out var extract, out _))
            CheckSame(extract.ToJson(), payload);
    }

    private static void Check<T>(SignedDocument<T> kind, byte[] payload)
    {
        if (kind.TryRead(new DsseEnvelope(kind.PayloadType, payload, []), out var document, out _))
            CheckSame(kind.Sign(document, Echo.Instance).Payload.Span, payload);
    }

    private static void CheckSame(ReadOnlySpan<byte> written, ReadOnlySpan<byte> read)
    {
        if (!written.SequenceEqual(read))
            throw new InvalidOperationException("Read, and written otherwise.");
    }

    private sealed class Echo : IEvidenceSigner
    {
        public static Echo Instance { get; } = new();

        public string KeyId => "";

        public DsseEnvelope Sign(string payloadType, ReadOnlySpan<byte> payload) => new(payloadType, payload.ToArray(), []);
    }
}

internal sealed class ReceiptCodeTarget : IFuzzTarget
{
    public string Name => "evidence/receipt-code";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand([.. Enumerable.Range(0, 10).Select(_ => SeedSet.Text(ReceiptCode.Create())), SeedSet.Text("r 0000 0000 0000 0000")]);

    public void Run(ReadOnlySpan<byte> input)
    {
        if (ReceiptCode.TryParse(Encoding.UTF8.GetString(input), out var code) && !(ReceiptCode.TryParse(code, out var again) && again == code))
            throw new InvalidOperationException("A code that was read is none.");
    }
}
