using System.Text;
using AfterSales.Video.Evidence.Journals;

namespace AfterSales.Video.Evidence.Tests.Journals;

public sealed class RecordingJournalTests
{
    private static byte[] Key => JournalBuilder.Key;

    [Fact]
    public void Parts_read_as_one_recording_and_what_was_written_again_counts_once()
    {
        using var first = new JournalBuilder(Key).Add("one").Add("two");
        using var second = new JournalBuilder(Key, 2, first.HeadHex).Add("three").Add("four").Add("end", BlockType.End);
        first.Add("three");
        using var journal = Open(first.Bytes, second.Bytes);
        Assert.Equal(["one", "two", "three", "four", "end"], Read(journal, out var positions));
        Assert.Equal((5, true, "", second.HeadHex), (journal.Blocks, journal.Ended, journal.Problem, journal.HeadHex));
        foreach (var at in Enumerable.Range(0, 200).Select(i => i * 7 % 5))
        {
            var bytes = new byte[2];
            Assert.True(journal.TryRead(positions[at] + 1, bytes));
            Assert.Equal(((string[])["ne", "wo", "hr", "ou", "nd"])[at], Encoding.UTF8.GetString(bytes));
        }
    }

    [Fact]
    public void A_part_that_ends_before_the_next_one_goes_on_is_told()
    {
        using var first = new JournalBuilder(Key).Add("one").Add("two");
        using var second = new JournalBuilder(Key, 2, first.HeadHex).Add("end", BlockType.End);
        using var journal = Open(first.Bytes[..first.Ends[1]], second.Bytes);
        Assert.Equal(["one"], Read(journal, out _));
        Assert.Equal("part 1 ends before the head the next part goes on from", journal.Problem);
    }

    [Fact]
    public void A_part_of_another_recording_or_out_of_order_is_refused()
    {
        using var first = new JournalBuilder(Key).Add("one");
        using var other = new JournalBuilder(Key, 2, first.HeadHex, "rec-2");
        using var third = new JournalBuilder(Key, 3, first.HeadHex);
        using var unencrypted = new JournalBuilder([], 2, first.HeadHex);
        foreach (var wrong in (byte[][])[other.Bytes, third.Bytes, unencrypted.Bytes, first.Bytes])
            Assert.False(RecordingJournal.TryOpen([new MemoryStream(first.Bytes), new MemoryStream(wrong)], Key, out _, out _));
    }

    [Fact]
    public void Reading_outside_of_what_was_read_is_refused()
    {
        using var builder = new JournalBuilder(Key).Add("one").Add("two");
        using var journal = Open(builder.Bytes);
        Assert.False(journal.TryRead(builder.Ends[0] + JournalFormat.BlockHeaderLength, new byte[1]));
        Read(journal, out var positions);
        Assert.True(journal.TryRead(positions[0], new byte[3]));
        Assert.False(journal.TryRead(positions[0], new byte[4]));
        Assert.False(journal.TryRead(positions[1] - 1, new byte[1]));
        Assert.False(journal.TryRead(positions[1] + 3, new byte[1]));
        Assert.False(journal.TryRead(long.MaxValue, new byte[1]));
    }

    [Theory]
    [InlineData("journal-1-000001.seg", 1, 1)]
    [InlineData("journal-12-123456.seg", 12, 123456)]
    public void A_segment_is_named_by_part_and_index(string name, int part, int index)
    {
        Assert.Equal(name, JournalFiles.SegmentName(part, index));
        Assert.True(JournalFiles.TryParseSegmentName(name, out var p, out var i));
        Assert.Equal((part, index), (p, i));
    }

    [Theory]
    [InlineData("journal-1-1.seg")]
    [InlineData("journal-0-000001.seg")]
    [InlineData("journal-1-000001.seg.x")]
    [InlineData("playback.mp4")]
    public void Anything_else_is_no_segment(string name) => Assert.False(JournalFiles.TryParseSegmentName(name, out _, out _));

    private static RecordingJournal Open(params byte[][] parts)
    {
        Assert.True(RecordingJournal.TryOpen([.. parts.Select(p => new MemoryStream(p))], Key, out var journal, out var problem), problem);
        return journal;
    }

    private static List<string> Read(RecordingJournal journal, out List<long> positions)
    {
        (var payloads, positions) = (new List<string>(), []);
        while (journal.ReadBlock(out var block) == BlockOutcome.Block)
        {
            payloads.Add(Encoding.UTF8.GetString(block.Payload.Span));
            positions.Add(block.Position);
        }

        return payloads;
    }
}
