using System.Text.Json.Serialization.Metadata;
using AfterSales.Video.Evidence.Custody;
using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Evidence.Manifests;

/// <summary>One kind of signed document: what its envelope says it is, how it is written and what it must fulfil.</summary>
/// <param name="payloadType">One of <see cref="PayloadTypes"/>.</param>
/// <param name="problemOf">Empty when the document is sound; otherwise what is wrong with it, for people.</param>
public sealed class SignedDocument<T>(string payloadType, JsonTypeInfo<T> json, Func<T, string> problemOf)
{
    public string PayloadType => payloadType;

    /// <summary>Writes and signs. Times are cut to milliseconds.</summary>
    /// <exception cref="ArgumentException">The document is not sound: a bug of the caller; the message says where.</exception>
    public DsseEnvelope Sign(T document, IEvidenceSigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        if (problemOf(document) is { Length: > 0 } problem)
            throw new ArgumentException($"A {payloadType} cannot be signed: {problem}.", nameof(document));
        return signer.Sign(payloadType, CanonicalJson.Write(document, json));
    }

    /// <summary>Reads the payload strictly; no signature is looked at.</summary>
    public bool TryRead(DsseEnvelope envelope, out T document, out string problem)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        document = default!;
        problem = $"is a {envelope.PayloadType}, not a {payloadType}";
        if (envelope.PayloadType != payloadType || !CanonicalJson.TryRead(envelope.Payload, json, out document, out problem))
            return false;
        problem = problemOf(document);
        return problem.Length == 0;
    }
}

/// <summary>All kinds of signed documents.</summary>
public static class SignedDocuments
{
    public static SignedDocument<Checkpoint> Checkpoint { get; } =
        new(PayloadTypes.Checkpoint, EvidenceJson.Default.Checkpoint, c => c.Problem());

    public static SignedDocument<Receipt> Receipt { get; } =
        new(PayloadTypes.Receipt, EvidenceJson.Default.Receipt, r => r.Problem());

    public static SignedDocument<Manifest> Manifest { get; } =
        new(PayloadTypes.Manifest, EvidenceJson.Default.Manifest, ManifestRules.Problem);

    public static SignedDocument<DerivativeDocument> Derivative { get; } =
        new(PayloadTypes.Derivative, EvidenceJson.Default.DerivativeDocument, d => d.Problem());

    public static SignedDocument<Tombstone> Tombstone { get; } =
        new(PayloadTypes.Tombstone, EvidenceJson.Default.Tombstone, t => Rules.Name(t.RecordingId, "recordingId"));

    public static SignedDocument<CustodyRoot> CustodyRoot { get; } =
        new(PayloadTypes.CustodyRoot, EvidenceJson.Default.CustodyRoot, r => r.Problem());

    public static SignedDocument<ExportList> Export { get; } =
        new(PayloadTypes.Export, EvidenceJson.Default.ExportList, e => e.Problem());
}
