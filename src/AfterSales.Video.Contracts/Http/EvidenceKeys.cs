namespace AfterSales.Video.Contracts.Http;

/// <summary>
/// GET /.well-known/aftersales-evidence-keys.json (public): every key that ever signed, oldest first. POST /api/admin/evidence-keys/rotate makes a
/// new one and retires the one in use; POST /api/admin/evidence-keys/{keyId}/revoke states that signatures from now on are not ours.
/// </summary>
public sealed record EvidenceKeysView(IReadOnlyList<EvidenceKeyView> Keys);

/// <param name="KeyId">First 16 hex characters of SHA-256 over the SubjectPublicKeyInfo.</param>
/// <param name="Algorithm">"ES256" (ECDSA P-256, SHA-256, DER signatures).</param>
public sealed record EvidenceKeyView(
    string KeyId, string Algorithm, string PublicKeyPem, DateTimeOffset CreatedAt, DateTimeOffset? RetiredAt, DateTimeOffset? RevokedAt);
