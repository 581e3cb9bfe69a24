using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Evidence.Custody;

/// <param name="Index">Entry at fault; -1 when it is none in particular.</param>
/// <param name="Problem">Empty when all is well.</param>
public sealed record CustodyCheck(long Index, string Problem)
{
    public static CustodyCheck Good { get; } = new(-1, "");

    public bool IsGood => Problem.Length == 0;
}

/// <summary>Checks a tenant's log: every entry, every link, every signed root. Who can write to the database can rewrite the chain, but not the roots.</summary>
public static class CustodyChain
{
    private const int MaxSubjects = 100;

    /// <summary>The entry that would come next in a log.</summary>
    /// <param name="lastHash">Hash of the last entry; null for an empty log.</param>
    /// <param name="lastOfSubject">Hash of the last entry about the subject; null for none.</param>
    public static CustodyEntry Next(
        long index, string? lastHash, string? lastOfSubject, DateTimeOffset at, string kind, string actorRole, string actorId, string subject, string detail) =>
        new(index, at, kind, actorRole, actorId, subject, detail, lastHash ?? CustodyEntry.None, lastOfSubject ?? CustodyEntry.None);

    /// <summary>Checks a whole log against the hashes stored beside it and the roots signed over it.</summary>
    /// <param name="log">Entries with the hash stored beside each, from index 0.</param>
    /// <param name="roots">Signed roots whose signatures were checked.</param>
    public static CustodyCheck Check(IEnumerable<(CustodyEntry Entry, string StoredHash)> log, IReadOnlyList<CustodyRoot> roots)
    {
        var leaves = new List<byte[]>();
        var previous = CustodyEntry.None;
        var bySubject = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (entry, stored) in log)
        {
            var leaf = entry.LeafHash();
            var hash = Convert.ToHexStringLower(leaf);
            var problem = entry.Index != leaves.Count ? $"entry {leaves.Count} is missing or out of order"
                : entry.Previous != previous ? "does not follow the entry before it"
                : entry.PreviousOfSubject != bySubject.GetValueOrDefault(entry.Subject, CustodyEntry.None) ? "does not follow the entry before it about the same subject"
                : hash != stored ? "was changed: it does not match its hash" : "";
            if (problem.Length > 0)
                return new CustodyCheck(leaves.Count, problem);
            leaves.Add(leaf);
            (previous, bySubject[entry.Subject]) = (hash, hash);
        }

        return CheckRoots(leaves, roots);
    }

    private static CustodyCheck CheckRoots(List<byte[]> leaves, IReadOnlyList<CustodyRoot> roots)
    {
        foreach (var root in roots)
        {
            if (root.TreeSize > leaves.Count)
                return new CustodyCheck(leaves.Count, $"entries are missing: the root signed for {root.Day} covers {root.TreeSize}");
            if (Convert.ToHexStringLower(MerkleTree.Root(leaves[..(int)root.TreeSize])) != root.RootHash)
                return new CustodyCheck(-1, $"the log is not the one that was signed for {root.Day}");
        }

        return CustodyCheck.Good;
    }

    /// <summary>Signs the log's head.</summary>
    public static DsseEnvelope SignRoot(string tenantId, string day, IReadOnlyList<CustodyEntry> log, DateTimeOffset at, IEvidenceSigner signer)
    {
        var root = MerkleTree.Root([.. log.Select(e => e.LeafHash())]);
        return Manifests.SignedDocuments.CustodyRoot.Sign(new CustodyRoot(tenantId, day, log.Count, Convert.ToHexStringLower(root), at), signer);
    }

    /// <summary>Checks an extract: its entries unchanged, each in the signed tree, none about its subjects left out between them.</summary>
    public static CustodyCheck Check(CustodyExtract extract, CustodyRoot root)
    {
        if (extract.TenantId != root.TenantId || extract.TreeSize != root.TreeSize)
            return new CustodyCheck(-1, "the extract belongs to another root");
        if (extract.Subjects.Count is 0 or > MaxSubjects || extract.Subjects.Distinct(StringComparer.Ordinal).Count() != extract.Subjects.Count)
            return new CustodyCheck(-1, "its subjects are not told apart");
        if (extract.Proofs.Count != extract.Entries.Count)
            return new CustodyCheck(-1, "not every entry has a proof");
        var rootHash = Convert.FromHexString(root.RootHash);
        var bySubject = extract.Subjects.ToDictionary(s => s, _ => CustodyEntry.None, StringComparer.Ordinal);
        var last = -1L;
        for (var i = 0; i < extract.Entries.Count; i++)
        {
            var entry = extract.Entries[i];
            var problem = CheckEntry(entry, extract.Proofs[i], root.TreeSize, rootHash, bySubject, last);
            if (problem.Length > 0)
                return new CustodyCheck(entry.Index, problem);
            (last, bySubject[entry.Subject]) = (entry.Index, entry.Hash());
        }

        return CustodyCheck.Good;
    }

    private static string CheckEntry(CustodyEntry entry, IReadOnlyList<string> proof, long size, byte[] root, Dictionary<string, string> bySubject, long last)
    {
        if (entry.Problem() is { Length: > 0 } problem)
            return problem;
        if (entry.Index <= last)
            return "is out of order";
        if (!bySubject.TryGetValue(entry.Subject, out var previous))
            return "is about another subject";
        if (entry.PreviousOfSubject != previous)
            return "an entry before it about the same subject is missing or was changed";
        if (proof.Count > 64 || !proof.All(Manifests.Rules.IsDigest))
            return "its proof cannot be read";
        return MerkleTree.VerifyInclusion(entry.LeafHash(), entry.Index, size, [.. proof.Select(Convert.FromHexString)], root)
            ? "" : "was changed: it is not in the signed tree";
    }
}
