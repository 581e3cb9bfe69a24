using System.Security.Cryptography;
using System.Text;
using AfterSales.Video.Evidence.Journals;

namespace AfterSales.Video.Evidence.Tests.Journals;

public sealed class EncryptedJournalTests
{
    private static byte[] Key => JournalBuilder.Key;

    [Fact]
    public void With_the_key_the_records_come_back_and_without_it_the_chain_still_counts()
    {
        using var journal = new JournalBuilder(Key).Add("hello").Add("").Add("end", BlockType.End);
        Assert.Equal(["hello", "", "end"], Payloads(journal.Bytes, Key, out var with));
        Assert.Equal(["", "", ""], Payloads(journal.Bytes, [], out var without));
        foreach (var reader in (JournalReader[])[with, without])
            Assert.Equal((3, true, "", journal.HeadHex), (reader.Blocks, reader.Ended, reader.Problem, Convert.ToHexStringLower(reader.Head)));
        Assert.Equal((true, false), (with.CanRead, without.CanRead));
        Assert.DoesNotContain("hello", Encoding.Latin1.GetString(journal.Bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_key_is_refused_before_anything_is_read()
    {
        using var journal = new JournalBuilder(Key).Add("hello");
        Assert.False(JournalReader.TryOpen(new MemoryStream(journal.Bytes), new byte[JournalFormat.DataKeyLength], out _, out var problem));
        Assert.Contains("data key", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Any_changed_bit_is_found_at_its_block(bool withKey)
    {
        using var journal = new JournalBuilder(Key).Add("one").Add("two").Add("end", BlockType.End);
        var bytes = journal.Bytes;
        for (var at = journal.Ends[0]; at < bytes.Length; at++)
        {
            bytes[at] ^= 4;
            Payloads(bytes, withKey ? Key : [], out var reader);
            Assert.StartsWith($"block {journal.Ends.FindIndex(e => at < e) - 1} ", reader.Problem, StringComparison.Ordinal);
            bytes[at] ^= 4;
        }
    }

    [Fact]
    public void A_block_whose_chain_fits_but_whose_bytes_were_sealed_with_another_key_is_corrupt()
    {
        using var sealer = new BlockSealer(new byte[JournalFormat.DataKeyLength]);
        using var journal = new JournalBuilder(Key);
        var head = Convert.FromHexString(journal.HeadHex);
        byte[] block = [.. new byte[JournalFormat.BlockHeaderLength], .. "hello"u8, .. new byte[sealer.Overhead]];
        sealer.Seal(new BlockHeader { Type = BlockType.Records, Seq = 0, MonotonicNs = 0, UtcNs = 0, PlainLength = 5, StoredLength = 0, Records = 0 }, block, head);
        Payloads([.. journal.Bytes, .. block], Key, out var reader);
        Assert.Equal("block 0 does not decrypt to what its hash says", reader.Problem);
    }

    [Fact]
    public void Only_an_end_may_stand_in_the_clear_and_it_is_told()
    {
        using var journal = new JournalBuilder(Key).Add("one").AddInClear("recovered", BlockType.End);
        Assert.Equal(["one", "recovered"], Payloads(journal.Bytes, Key, out var reader));
        Assert.Equal((true, true), (reader.Ended, reader.EndedInClear));
        using var records = new JournalBuilder(Key).Add("one").AddInClear("two", BlockType.Records);
        Payloads(records.Bytes, Key, out reader);
        Assert.Equal("block 1 is not encrypted as the head says", reader.Problem);
        using var plain = new JournalBuilder([]).Add("one").Add("end", BlockType.End);
        Payloads(plain.Bytes, Key, out reader);
        Assert.Equal((true, false), (reader.Ended, reader.EndedInClear));
    }

    [Fact]
    public void A_block_written_anew_gets_another_nonce_and_the_same_plaintext()
    {
        using var sealer = new BlockSealer(Key);
        byte[] block = [.. new byte[JournalFormat.BlockHeaderLength], .. "hello"u8, .. new byte[sealer.Overhead]];
        var header = new BlockHeader { Type = BlockType.Records, Seq = 7, MonotonicNs = 0, UtcNs = 0, PlainLength = 5, StoredLength = 0, Records = 0 };
        var nonces = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 100; i++)
        {
            sealer.Seal(header, block, new byte[JournalFormat.HashLength]);
            Assert.True(nonces.Add(Convert.ToHexString(block.AsSpan(44, JournalFormat.CipherNonceLength))));
            sealer.Unseal(block);
            Assert.Equal("hello"u8, block.AsSpan(JournalFormat.BlockHeaderLength, 5));
            sealer.RenewNonces();
        }
    }

    [Fact]
    public void Anyone_can_decrypt_a_block_by_the_published_rule()
    {
        using var journal = new JournalBuilder(Key).Add("hello");
        var block = journal.Bytes.AsSpan(journal.Ends[0]);
        using var aes = new AesGcm(Key, JournalFormat.CipherTagLength);
        var plaintext = new byte[5];
        aes.Decrypt(block.Slice(44, 12), block.Slice(152, 5), block.Slice(157, 16), plaintext, block[4..56]);
        Assert.Equal("hello"u8, plaintext);
        Assert.Equal(SHA256.HashData(plaintext), block.Slice(56, 32));
        Assert.Equal(SHA256.HashData(block[152..]), block.Slice(88, 32));
    }

    private static List<string> Payloads(byte[] bytes, byte[] key, out JournalReader reader)
    {
        Assert.True(JournalReader.TryOpen(new MemoryStream(bytes), key, out reader, out var problem), problem);
        var payloads = new List<string>();
        while (reader.ReadBlock(out var block) == BlockOutcome.Block)
            payloads.Add(Encoding.UTF8.GetString(block.Payload.Span));
        return payloads;
    }
}
