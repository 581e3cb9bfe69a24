using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Server.Features.EvidenceKeys.Public;

/// <summary>Signed documents as the database and the wire keep them: the envelope's canonical JSON as text.</summary>
internal static class SignedText
{
    /// <summary>RFC 8785: one document has one sequence of bytes.</summary>
    public static byte[] Canonical(JsonObject document) => CanonicalJson.Write(JsonSerializer.SerializeToElement(document));

    public static string Of(DsseEnvelope envelope) => Encoding.UTF8.GetString(envelope.ToJson());

    /// <summary>Hex of the SHA-256 by which documents refer to an envelope, and which a timestamp is about.</summary>
    public static string Sha256(string envelope) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(envelope)));

    /// <summary>Envelopes as one canonical JSON array.</summary>
    public static byte[] Array(IEnumerable<string> envelopes) => DsseEnvelope.ToJsonArray(envelopes.Select(Parse));

    /// <summary>Envelopes this program stored: one that does not parse means a damaged database.</summary>
    public static DsseEnvelope Parse(string envelope) => DsseEnvelope.TryParse(Encoding.UTF8.GetBytes(envelope), out var parsed, out var problem)
        ? parsed
        : throw new InvalidDataException("A stored envelope is damaged: " + problem);
}
