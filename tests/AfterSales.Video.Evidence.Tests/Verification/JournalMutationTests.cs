using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Verification;
using AfterSales.Video.TestKit.Evidence;

namespace AfterSales.Video.Evidence.Tests.Verification;

/// <summary>EVIDENCE.md: 10,000 random mutations, every one detected at the right place. The other 2,000 are in <see cref="ExportMutationTests"/>.</summary>
public sealed class JournalMutationTests(ITestOutputHelper output)
{
    private const int Seed = 20261122;
    private const int Mutations = 8000;
    private const string Header = """{"recordingId":"rec-1","tenantId":"t"}""";
    private const string End = """{"blocks":12,"packets":12,"dropped":0,"recovered":false,"cutBytes":0}""";

    [Fact]
    public void Every_mutation_of_a_journals_blocks_is_found_at_the_block_it_begins_with()
    {
        var random = new Random(Seed);
        var key = AfterSales.Video.Evidence.Keys.DataKey.Create();
        var journal = SampleJournal.Create(Header, key, 12, random, End);
        var other = SampleJournal.Create(Header.Replace("rec-1", "rec-2", StringComparison.Ordinal), key, 12, random, End);
        var checkpoints = CheckpointsOf(journal);
        var original = BlocksOf(journal);
        var strangers = BlocksOf(other);
        for (var i = 0; i < Mutations; i++)
        {
            var (what, blocks) = Mutate(original, strangers, random);
            var expected = FirstDifference(original, blocks);
            byte[] file = [.. journal.Bytes.AsSpan(0, journal.Offsets[0]), .. blocks.SelectMany(b => b)];
            // Half of them are read without the key: a store can be scrubbed by whoever keeps it.
            var check = Verify(file, i % 2 == 0 ? key : [], checkpoints);
            Assert.True(
                check.Outcome == CheckOutcome.Failed && check.Where == $"part 1, block {expected}",
                $"seed {Seed}, mutation {i}: {what}, expected block {expected}, got {check.Outcome} at {check.Where}: {check.Text}");
        }

        output.WriteLine($"{Mutations} mutations, seed {Seed}");
    }

    [Fact]
    public void A_journal_cut_at_any_byte_is_never_verified_and_failed_before_its_last_checkpoint()
    {
        var journal = SampleJournal.Create(Header, [], 6, new Random(Seed), End);
        var checkpoints = CheckpointsOf(journal).Where(c => c.Seq <= 3).ToArray();
        for (var length = 0; length < journal.Bytes.Length; length++)
        {
            var whole = Enumerable.Range(0, journal.Blocks).Count(i => journal.Offsets[i + 1] <= length);
            if (length < journal.Offsets[0])
            {
                Assert.False(JournalVerifier.TryRead(1, new MemoryStream(journal.Bytes, 0, length), [], new HashSet<long>(), out _, out _));
                continue;
            }

            var check = Verify(journal.Bytes[..length], [], checkpoints);
            Assert.Equal((whole <= 3 ? CheckOutcome.Failed : CheckOutcome.Incomplete, $"part 1, block {whole}"), (check.Outcome, check.Where));
        }

        Assert.Equal(CheckOutcome.Passed, Verify(journal.Bytes, [], checkpoints).Outcome);
    }

    [Fact]
    public void A_change_of_any_byte_of_the_head_is_found()
    {
        var journal = SampleJournal.Create(Header, [], 2, new Random(Seed), End);
        for (var at = 0; at < journal.Offsets[0]; at++)
        {
            var changed = journal.Bytes.ToArray();
            changed[at] ^= 4;
            Assert.False(JournalVerifier.TryRead(1, new MemoryStream(changed), [], new HashSet<long>(), out var state, out _), $"byte {at}: {state}");
        }
    }

    private static VerificationCheck Verify(byte[] file, byte[] key, IReadOnlyList<Checkpoint> checkpoints)
    {
        var wanted = checkpoints.Select(c => c.Seq).ToHashSet();
        return JournalVerifier.TryRead(1, new MemoryStream(file), key, wanted, out var state, out var problem)
            ? JournalVerifier.Judge(state, checkpoints, isLast: true)
            : new VerificationCheck("journal", CheckOutcome.Failed, "part 1", problem);
    }

    private static Checkpoint[] CheckpointsOf(SampleJournal journal) =>
        [.. journal.Heads.Select((head, seq) => new Checkpoint("rec-1", 1, seq, head, DateTimeOffset.UnixEpoch)).Where(c => c.Seq % 4 == 3 || c.Seq == journal.Blocks - 1)];

    private static byte[][] BlocksOf(SampleJournal journal) => [.. Enumerable.Range(0, journal.Blocks).Select(i => journal.Block(i).ToArray())];

    private static (string What, List<byte[]> Blocks) Mutate(byte[][] original, byte[][] strangers, Random random)
    {
        var blocks = original.ToList();
        var (at, to) = (random.Next(blocks.Count), random.Next(blocks.Count));
        switch (random.Next(5))
        {
            case 0:
                var count = Math.Min(1 + random.Next(3), blocks.Count - at);
                blocks.RemoveRange(at, count);
                return ($"drop {count} at {at}", blocks);
            case 1:
                blocks.Insert(to, blocks[at]);
                return ($"duplicate {at} at {to}", blocks);
            case 2:
                to = (at + 1 + random.Next(blocks.Count - 1)) % blocks.Count;
                (blocks[at], blocks[to]) = (blocks[to], blocks[at]);
                return ($"swap {at} and {to}", blocks);
            case 3:
                blocks[at] = [.. blocks[at]];
                var offset = random.Next(blocks[at].Length);
                blocks[at][offset] ^= (byte)(1 + random.Next(255));
                return ($"edit byte {offset} of {at}", blocks);
            default:
                var insert = random.Next(2) == 0;
                if (insert)
                    blocks.Insert(at, strangers[to]);
                else
                    blocks[at] = strangers[at];
                return ($"{(insert ? "insert" : "replace by")} a block of another recording at {at}", blocks);
        }
    }

    private static int FirstDifference(byte[][] original, List<byte[]> blocks)
    {
        var at = 0;
        while (at < original.Length && at < blocks.Count && original[at].AsSpan().SequenceEqual(blocks[at]))
            at++;
        return at;
    }
}
