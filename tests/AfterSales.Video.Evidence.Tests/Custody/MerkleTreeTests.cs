using AfterSales.Video.Evidence.Custody;

namespace AfterSales.Video.Evidence.Tests.Custody;

public sealed class MerkleTreeTests
{
    /// <summary>The inputs and roots of the Certificate Transparency reference implementation for RFC 6962.</summary>
    private static readonly string[] Inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly string[] Roots =
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    private static readonly byte[][] Leaves = [.. Inputs.Select(i => MerkleTree.LeafHash(Convert.FromHexString(i)))];

    [Fact]
    public void Roots_are_those_of_certificate_transparency()
    {
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Hex(MerkleTree.Root([])));
        for (var size = 1; size <= Leaves.Length; size++)
            Assert.Equal(Roots[size - 1], Hex(MerkleTree.Root(Leaves[..size])));
    }

    [Fact]
    public void Every_leaf_of_every_tree_can_be_proven_and_only_in_its_place()
    {
        var leaves = Enumerable.Range(0, 33).Select(i => MerkleTree.LeafHash([(byte)i])).ToArray();
        for (var size = 1; size <= leaves.Length; size++)
        {
            var tree = leaves[..size];
            var root = MerkleTree.Root(tree);
            for (var index = 0; index < size; index++)
            {
                var path = MerkleTree.InclusionProof(tree, index);
                Assert.True(MerkleTree.VerifyInclusion(tree[index], index, size, path, root));
                Assert.False(MerkleTree.VerifyInclusion(tree[(index + 1) % size], index, size, path, root) && size > 1);
                Assert.False(MerkleTree.VerifyInclusion(tree[index], index + 1, size, path, root));
                Assert.False(MerkleTree.VerifyInclusion(tree[index], index, size, [.. path, root], root));
                Assert.True(path.Count == 0 || !MerkleTree.VerifyInclusion(tree[index], index, size, path.Take(path.Count - 1).ToArray(), root));
            }
        }
    }

    [Fact]
    public void A_tree_is_proven_to_be_the_beginning_of_every_later_one()
    {
        var leaves = Enumerable.Range(0, 33).Select(i => MerkleTree.LeafHash([(byte)i])).ToArray();
        for (var second = 1; second <= leaves.Length; second++)
        {
            var secondRoot = MerkleTree.Root(leaves[..second]);
            for (var first = 1; first <= second; first++)
            {
                var firstRoot = MerkleTree.Root(leaves[..first]);
                var path = MerkleTree.ConsistencyProof(leaves[..second], first);
                Assert.True(MerkleTree.VerifyConsistency(first, firstRoot, second, secondRoot, path), $"{first} {second}");
                byte[] wrong = [.. firstRoot];
                wrong[0] ^= 1;
                Assert.False(MerkleTree.VerifyConsistency(first, wrong, second, secondRoot, path));
                Assert.False(MerkleTree.VerifyConsistency(first, firstRoot, second, wrong, path));
                Assert.False(MerkleTree.VerifyConsistency(first, firstRoot, second, secondRoot, [.. path, wrong]));
            }
        }
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
