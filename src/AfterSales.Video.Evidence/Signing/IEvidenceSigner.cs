namespace AfterSales.Video.Evidence.Signing;

/// <summary>Signs documents with the key in force. The private key may be a file, a KMS or a token: only this interface is known.</summary>
public interface IEvidenceSigner
{
    /// <summary>See <see cref="SigningKey.IdOf"/>.</summary>
    string KeyId { get; }

    /// <param name="payloadType">One of <see cref="PayloadTypes"/>.</param>
    /// <param name="payload">Canonical JSON.</param>
    DsseEnvelope Sign(string payloadType, ReadOnlySpan<byte> payload);
}
