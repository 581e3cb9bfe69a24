using System.Text;

namespace AfterSales.Video.Evidence.Signing;

/// <summary>
/// A signed document (Dead Simple Signing Envelope v1, https://github.com/secure-systems-lab/dsse): the payload's exact bytes, what they
/// are, and who signed them. Signatures are over <see cref="PreAuthenticationEncoding"/>, never over the JSON around it.
/// </summary>
public sealed class DsseEnvelope
{
    /// <summary>Largest payload that is read: keeps a reader's memory bounded.</summary>
    public const int MaxPayloadLength = 16 * 1024 * 1024;
    private const int MaxSignatures = 4;

    public DsseEnvelope(string payloadType, ReadOnlyMemory<byte> payload, IReadOnlyList<DsseSignature> signatures) =>
        (PayloadType, Payload, Signatures) = (payloadType, payload, signatures);

    /// <summary>One of <see cref="PayloadTypes"/>.</summary>
    public string PayloadType { get; }

    /// <summary>Canonical JSON.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>At least one. All of them must be valid for the envelope to be trusted.</summary>
    public IReadOnlyList<DsseSignature> Signatures { get; }

    /// <summary>PAE: "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload; lengths in decimal.</summary>
    public static byte[] PreAuthenticationEncoding(string payloadType, ReadOnlySpan<byte> payload) =>
        [.. Encoding.UTF8.GetBytes($"DSSEv1 {Encoding.UTF8.GetByteCount(payloadType)} {payloadType} {payload.Length} "), .. payload];

    /// <summary>The envelope as canonical JSON: what is stored, published and hashed.</summary>
    public byte[] ToJson() => CanonicalJson.Write(ToDocument(), SigningJson.Default.EnvelopeDocument);

    /// <summary>Several envelopes as one canonical JSON array (checkpoints.json of an export).</summary>
    public static byte[] ToJsonArray(IEnumerable<DsseEnvelope> envelopes) =>
        CanonicalJson.Write([.. envelopes.Select(e => e.ToDocument())], SigningJson.Default.EnvelopeDocumentArray);

    /// <summary>Reads what <see cref="ToJson"/> wrote; false with a reason for anything else. No signature is looked at.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> json, out DsseEnvelope envelope, out string problem)
    {
        envelope = null!;
        return CanonicalJson.TryRead(json, SigningJson.Default.EnvelopeDocument, out var document, out problem)
            && TryRead(document, out envelope, out problem);
    }

    /// <summary>Reads what <see cref="ToJsonArray"/> wrote.</summary>
    public static bool TryParseArray(ReadOnlyMemory<byte> json, out IReadOnlyList<DsseEnvelope> envelopes, out string problem)
    {
        envelopes = [];
        if (!CanonicalJson.TryRead(json, SigningJson.Default.EnvelopeDocumentArray, out var documents, out problem))
            return false;
        var read = new List<DsseEnvelope>(documents.Length);
        foreach (var document in documents)
        {
            if (!TryRead(document, out var envelope, out problem))
            {
                problem = $"entry {read.Count}: {problem}";
                return false;
            }

            read.Add(envelope);
        }

        envelopes = read;
        return true;
    }

    internal EnvelopeDocument ToDocument() => new(
        Convert.ToBase64String(Payload.Span), PayloadType, [.. Signatures.Select(s => new SignatureDocument(s.KeyId, Convert.ToBase64String(s.Value.Span)))]);

    private static bool TryRead(EnvelopeDocument? document, out DsseEnvelope envelope, out string problem)
    {
        envelope = null!;
        problem = "not an envelope";
        if (document is null || !TryFromBase64(document.Payload, out var payload))
            return false;
        problem = $"{document.Signatures.Length} signatures; 1 to {MaxSignatures} are allowed";
        if (document.Signatures.Length is 0 or > MaxSignatures)
            return false;
        var signatures = new DsseSignature[document.Signatures.Length];
        problem = "a signature is not in base64";
        for (var i = 0; i < signatures.Length; i++)
        {
            if (document.Signatures[i] is not { } signature || !TryFromBase64(signature.Sig, out var bytes))
                return false;
            signatures[i] = new DsseSignature(signature.Keyid, bytes);
        }

        (envelope, problem) = (new DsseEnvelope(document.PayloadType, payload, signatures), "");
        return true;
    }

    /// <summary>Base64 as it is written, and only so: no blanks, no spare bits in the last digit.</summary>
    private static bool TryFromBase64(string text, out byte[] bytes)
    {
        bytes = [];
        var buffer = new byte[text.Length / 4 * 3];
        if (text.Length > MaxPayloadLength / 3 * 4 || !Convert.TryFromBase64String(text, buffer, out var written)
            || Convert.ToBase64String(buffer, 0, written) != text)
            return false;
        bytes = buffer[..written];
        return true;
    }
}

/// <param name="KeyId">As in the published key set.</param>
/// <param name="Value">ECDSA P-256 with SHA-256, DER (RFC 3279 §2.2.3), so that `openssl dgst -sha256 -verify` accepts it.</param>
public sealed record DsseSignature(string KeyId, ReadOnlyMemory<byte> Value);

/// <summary>What an envelope may hold.</summary>
public static class PayloadTypes
{
    public const string Checkpoint = "application/vnd.aftersales.checkpoint+json";
    public const string Receipt = "application/vnd.aftersales.receipt+json";
    public const string Manifest = "application/vnd.aftersales.manifest+json";
    public const string CustodyRoot = "application/vnd.aftersales.custody-root+json";
    public const string Tombstone = "application/vnd.aftersales.tombstone+json";

    /// <summary>A file made of the recording after its manifest was signed (a court copy).</summary>
    public const string Derivative = "application/vnd.aftersales.derivative+json";

    /// <summary>The list of an export's files with their digests.</summary>
    public const string Export = "application/vnd.aftersales.export+json";
}
