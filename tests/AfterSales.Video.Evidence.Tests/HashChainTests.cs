using System.Security.Cryptography;
using AfterSales.Video.Evidence.Journals;

namespace AfterSales.Video.Evidence.Tests;

public sealed class HashChainTests
{
    [Fact]
    public void The_genesis_binds_the_domain_and_everything_before_it()
    {
        var hash = new byte[32];
        var file = FileHeader.Write(7, new byte[16], [], "{}"u8, hash);
        Assert.Equal(SHA256.HashData([.. "aftersales.video/journal/v1\0"u8, .. file.AsSpan(0, 66)]), hash);
        Assert.Equal(hash, file[66..]);
    }

    [Fact]
    public void A_block_binds_its_predecessor_and_every_byte_of_its_header_but_the_magic()
    {
        byte[] payload = [1, 2, 3];
        var head = RandomNumberGenerator.GetBytes(32);
        var previous = head.ToArray();
        byte[] whole = [.. new byte[JournalFormat.BlockHeaderLength], .. payload];
        using var sealer = new BlockSealer([]);
        sealer.Seal(new BlockHeader { Type = BlockType.Records, Seq = 5, MonotonicNs = 6, UtcNs = 7, PlainLength = 3, StoredLength = 3, Records = 1 }, whole, head);
        var block = whole[..JournalFormat.BlockHeaderLength];
        Assert.Equal(SHA256.HashData([0x01, .. previous, .. block.AsSpan(4, 116)]), head);
        Assert.True(BlockHeader.Verify(block, payload, previous));
        Assert.False(BlockHeader.Verify(block, payload, head));
        for (var at = 4; at < block.Length; at++)
        {
            block[at] ^= 0x80;
            Assert.False(BlockHeader.Verify(block, payload, previous));
            block[at] ^= 0x80;
        }
    }

    [Theory]
    [InlineData("tenant", "rec-1", "playback.mp4", true)]
    [InlineData("tenant", "rec-1", ".hidden", false)]
    [InlineData("tenant", "..", "x", false)]
    [InlineData("Tenant", "r", "x", false)]
    [InlineData("t", "r/r", "x", false)]
    [InlineData("", "r", "x", false)]
    public void A_key_is_made_of_plain_names_only(string tenant, string recording, string name, bool valid) =>
        Assert.Equal(valid, EvidenceKey.TryCreate(tenant, recording, name, out _));
}
