using AfterSales.Video.Evidence;

namespace AfterSales.Video.Storage;

/// <summary>Whether a store itself keeps objects from being changed or deleted for a time.</summary>
public enum WormState
{
    /// <summary>It does not: whoever has the credentials can delete. Changes are still detected by the manifest.</summary>
    None,

    /// <summary>It does, and an administrator of the store can lift it (S3 governance mode, Azure unlocked policy, or no default retention).</summary>
    Unlocked,

    /// <summary>It does, and nobody can lift it before its time (S3 compliance mode, Azure locked policy).</summary>
    Locked,
}

/// <summary>What a store was found to do, by trying it at start.</summary>
/// <param name="Kind">"file_system", "s3" or "azure".</param>
/// <param name="Place">For people: folder, or endpoint and bucket. Never credentials.</param>
/// <param name="WriteOnce">True when the store itself refuses a second write of a name, whoever writes. False: only this process refuses it.</param>
/// <param name="ChecksumOnWrite">Digest the store checks while it receives: "sha256", "md5" or "none". What was written is read back in any case.</param>
/// <param name="LegalHold"><see cref="IProtectingStore.SetLegalHoldAsync"/> has an effect.</param>
/// <param name="Retention"><see cref="IProtectingStore.RetainUntilAsync"/> has an effect.</param>
public sealed record StoreCapabilities(
    string Kind, string Place, WormState Worm, bool WriteOnce, string ChecksumOnWrite, bool Tags, bool Versions, bool LegalHold, bool Retention);

/// <summary>A store that says what it can do, and protects single objects where it can.</summary>
public interface IProtectingStore
{
    /// <summary>Tries the store the first time (writes and deletes a few objects named ".probe-…"), then gives the same answer.</summary>
    /// <exception cref="EvidenceStoreException">"unavailable": the message says which setting or permission is wrong.</exception>
    Task<StoreCapabilities> ProbeAsync(CancellationToken ct);

    /// <summary>Sets or lifts a legal hold on one object. False when the store has none (the hub's own hold still counts) or there is no such object.</summary>
    Task<bool> SetLegalHoldAsync(EvidenceKey key, bool held, CancellationToken ct);

    /// <summary>Forbids deleting before this time. False when the store cannot or there is no such object.</summary>
    Task<bool> RetainUntilAsync(EvidenceKey key, DateTimeOffset until, CancellationToken ct);
}
