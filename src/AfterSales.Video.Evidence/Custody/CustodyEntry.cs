using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Evidence.Custody;

/// <summary>One line of a tenant's custody log (recordings-schema/custody/v1). Append-only; its hash is its leaf in the daily tree.</summary>
/// <param name="Index">0, 1, 2 … in the tenant's log.</param>
/// <param name="Kind">"link_issued", "consent", "viewed", "exported", "held", "erased", "role_changed" …</param>
/// <param name="ActorRole">"buyer", "agent", "reviewer", "supervisor", "admin", "system".</param>
/// <param name="ActorId">Generated id, never a name.</param>
/// <param name="Subject">Id of the recording, call or ticket it is about.</param>
/// <param name="Detail">JSON text without personal data; "{}" when there is nothing to say.</param>
/// <param name="Previous">Hash of the entry before, hex; 64 zeros for the first.</param>
/// <param name="PreviousOfSubject">Hash of the entry before about the same subject; 64 zeros for its first. Makes an extract about one subject whole by itself.</param>
public sealed record CustodyEntry(
    long Index, DateTimeOffset At, string Kind, string ActorRole, string ActorId, string Subject, string Detail, string Previous, string PreviousOfSubject)
{
    /// <summary>What stands where there is no entry before.</summary>
    public static string None { get; } = new('0', 64);

    /// <summary>SHA-256(0x00 ‖ canonical JSON), the leaf hash of RFC 6962 §2.1, hex.</summary>
    public string Hash() => Convert.ToHexStringLower(LeafHash());

    internal byte[] LeafHash() => MerkleTree.LeafHash(CanonicalJson.Write(this, EvidenceJson.Default.CustodyEntry));

    internal string Problem() => Rules.First(
        Rules.Count(Index, "index"), Rules.Digest(Previous, "previous"), Rules.Digest(PreviousOfSubject, "previousOfSubject"), Rules.Name(Subject, "subject"));
}

/// <summary>The head of the log at the end of a day (UTC), signed and timestamped.</summary>
/// <param name="Day">"2026-11-22".</param>
/// <param name="TreeSize">Entries 0 to TreeSize - 1.</param>
/// <param name="RootHash">Merkle tree hash of their leaves (RFC 6962 §2.1), hex.</param>
public sealed record CustodyRoot(string TenantId, string Day, long TreeSize, string RootHash, DateTimeOffset At)
{
    internal string Problem() => Rules.First(
        Rules.Name(TenantId, "tenantId"), Rules.Digest(RootHash, "rootHash"), Rules.Count(TreeSize, "treeSize"),
        DateOnly.TryParseExact(Day, "yyyy-MM-dd", out _) ? "" : "day must be like 2026-11-22");
}

/// <summary>What an export tells of the log: all entries about its subjects, and that they stand in a signed tree.</summary>
/// <param name="Subjects">Ids of the recording, its call and its ticket.</param>
/// <param name="TreeSize">Of the root in custody-roots.json the proofs lead to.</param>
/// <param name="Entries">By index.</param>
/// <param name="Proofs">One for each entry: the inclusion proof (RFC 6962 §2.1.1), hex.</param>
public sealed record CustodyExtract(
    string TenantId, IReadOnlyList<string> Subjects, long TreeSize, IReadOnlyList<CustodyEntry> Entries, IReadOnlyList<IReadOnlyList<string>> Proofs)
{
    public byte[] ToJson() => CanonicalJson.Write(this, EvidenceJson.Default.CustodyExtract);

    public static bool TryParse(ReadOnlyMemory<byte> json, out CustodyExtract extract, out string problem) =>
        CanonicalJson.TryRead(json, EvidenceJson.Default.CustodyExtract, out extract, out problem);

    /// <summary>Makes the extract about the subjects.</summary>
    /// <param name="log">The whole log from entry 0 to the root's tree size.</param>
    public static CustodyExtract Of(string tenantId, IReadOnlyList<string> subjects, IReadOnlyList<CustodyEntry> log)
    {
        var leaves = log.Select(e => e.LeafHash()).ToArray();
        var entries = log.Where(e => subjects.Contains(e.Subject, StringComparer.Ordinal)).ToArray();
        return new CustodyExtract(
            tenantId, subjects, log.Count, entries,
            [.. entries.Select(e => (IReadOnlyList<string>)[.. MerkleTree.InclusionProof(leaves, e.Index).Select(Convert.ToHexStringLower)])]);
    }
}
