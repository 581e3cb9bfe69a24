using System.Numerics;
using System.Security.Cryptography;

namespace AfterSales.Video.Evidence.Custody;

/// <summary>Merkle trees of RFC 6962 §2.1 with SHA-256; verification as in RFC 9162 §2.1.3 and §2.1.4. Pure.</summary>
public static class MerkleTree
{
    /// <summary>SHA-256(0x00 ‖ entry).</summary>
    public static byte[] LeafHash(ReadOnlySpan<byte> entry) => SHA256.HashData([0x00, .. entry]);

    /// <summary>SHA-256(0x01 ‖ left ‖ right).</summary>
    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => SHA256.HashData([0x01, .. left, .. right]);

    /// <summary>MTH of the leaves' hashes; SHA-256 of nothing for no leaf.</summary>
    public static byte[] Root(IReadOnlyList<byte[]> leaves) => leaves.Count == 0 ? SHA256.HashData([]) : Root(leaves, 0, leaves.Count);

    /// <summary>PATH(index, leaves): the siblings from the leaf up.</summary>
    public static IReadOnlyList<byte[]> InclusionProof(IReadOnlyList<byte[]> leaves, long index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, leaves.Count);
        var path = new List<byte[]>();
        AddPath(path, leaves, 0, leaves.Count, (int)index);
        return path;
    }

    /// <summary>PROOF(size, leaves): that the tree of the first <paramref name="size"/> leaves is the beginning of this one.</summary>
    public static IReadOnlyList<byte[]> ConsistencyProof(IReadOnlyList<byte[]> leaves, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, leaves.Count);
        var path = new List<byte[]>();
        AddSubproof(path, leaves, 0, leaves.Count, (int)size, whole: true);
        return path;
    }

    /// <summary>RFC 9162 §2.1.3.2.</summary>
    public static bool VerifyInclusion(ReadOnlySpan<byte> leafHash, long index, long size, IReadOnlyList<byte[]> path, ReadOnlySpan<byte> root)
    {
        if (index < 0 || index >= size)
            return false;
        var (node, last, hash) = (index, size - 1, leafHash.ToArray());
        foreach (var sibling in path)
        {
            if (last == 0)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = NodeHash(sibling, hash);
                var shift = (node & 1) == 1 ? 0 : BitOperations.TrailingZeroCount(node);
                (node, last) = (node >> shift, last >> shift);
            }
            else
            {
                hash = NodeHash(hash, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && root.SequenceEqual(hash);
    }

    /// <summary>RFC 9162 §2.1.4.2: true when the tree of <paramref name="first"/> leaves is the beginning of the one of <paramref name="second"/>.</summary>
    public static bool VerifyConsistency(long first, ReadOnlySpan<byte> firstRoot, long second, ReadOnlySpan<byte> secondRoot, IReadOnlyList<byte[]> path)
    {
        if (first < 1 || first > second)
            return false;
        if (first == second)
            return path.Count == 0 && firstRoot.SequenceEqual(secondRoot);
        IReadOnlyList<byte[]> nodes = BitOperations.IsPow2(first) ? [firstRoot.ToArray(), .. path] : path;
        if (nodes.Count == 0)
            return false;
        var shift = BitOperations.TrailingZeroCount(~(first - 1));
        var (node, last) = ((first - 1) >> shift, (second - 1) >> shift);
        var (left, right) = (nodes[0], nodes[0]);
        foreach (var sibling in nodes.Skip(1))
        {
            if (last == 0)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                (left, right) = (NodeHash(sibling, left), NodeHash(sibling, right));
                var up = (node & 1) == 1 || node == 0 ? 0 : BitOperations.TrailingZeroCount(node);
                (node, last) = (node >> up, last >> up);
            }
            else
            {
                right = NodeHash(right, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && firstRoot.SequenceEqual(left) && secondRoot.SequenceEqual(right);
    }

    private static byte[] Root(IReadOnlyList<byte[]> leaves, int from, int count)
    {
        if (count == 1)
            return leaves[from];
        var split = SplitOf(count);
        return NodeHash(Root(leaves, from, split), Root(leaves, from + split, count - split));
    }

    private static void AddPath(List<byte[]> path, IReadOnlyList<byte[]> leaves, int from, int count, int index)
    {
        if (count == 1)
            return;
        var split = SplitOf(count);
        if (index < split)
        {
            AddPath(path, leaves, from, split, index);
            path.Add(Root(leaves, from + split, count - split));
        }
        else
        {
            AddPath(path, leaves, from + split, count - split, index - split);
            path.Add(Root(leaves, from, split));
        }
    }

    /// <summary>SUBPROOF of RFC 6962 §2.1.2.</summary>
    private static void AddSubproof(List<byte[]> path, IReadOnlyList<byte[]> leaves, int from, int count, int size, bool whole)
    {
        if (size == count)
        {
            if (!whole)
                path.Add(Root(leaves, from, count));
            return;
        }

        var split = SplitOf(count);
        if (size <= split)
        {
            AddSubproof(path, leaves, from, split, size, whole);
            path.Add(Root(leaves, from + split, count - split));
        }
        else
        {
            AddSubproof(path, leaves, from + split, count - split, size - split, whole: false);
            path.Add(Root(leaves, from, split));
        }
    }

    /// <summary>The largest power of two smaller than the count.</summary>
    private static int SplitOf(int count) => (int)(BitOperations.RoundUpToPowerOf2((uint)count) >> 1);
}
