using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;

namespace AfterSales.Video.Evidence.Timestamps;

/// <summary>A question to a time-stamping authority (RFC 3161 §2.4.1). Sent by HTTP POST as application/timestamp-query (§3.4).</summary>
public sealed class TimestampQuery
{
    private const int NonceLength = 8;

    private TimestampQuery(byte[] encoded, byte[] nonce, byte[] sha256) => (Encoded, Nonce, Sha256) = (encoded, nonce, sha256);

    /// <summary>DER of TimeStampReq; asks for the authority's certificate, so that the reply can be checked alone.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>Keep it until the reply is there: only a reply that holds it is an answer to this question.</summary>
    public ReadOnlyMemory<byte> Nonce { get; }

    public ReadOnlyMemory<byte> Sha256 { get; }

    /// <param name="sha256">What is to be timestamped: SHA-256 of the envelope's JSON.</param>
    public static TimestampQuery Create(ReadOnlySpan<byte> sha256)
    {
        var nonce = RandomNumberGenerator.GetBytes(NonceLength);
        // A DER integer: positive, and no zero byte that an authority would leave out.
        nonce[0] = (byte)((nonce[0] & 0x7F) | 0x40);
        var request = Rfc3161TimestampRequest.CreateFromHash(sha256.ToArray(), HashAlgorithmName.SHA256, requestedPolicyId: null, nonce, requestSignerCertificates: true);
        return new TimestampQuery(request.Encode(), nonce, sha256.ToArray());
    }
}
