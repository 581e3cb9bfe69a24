using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Journal;

namespace AfterSales.Video.Recording.Tests;

public sealed class JournalFormatTests
{
    private const int Blocks = 4;

    [Theory]
    [InlineData("minimal", false)]
    [InlineData("encrypted", true)]
    public void The_writer_makes_the_published_vectors(string name, bool encrypted)
    {
        var journal = SampleJournal.Make(1, end: true, out var ends, encrypted);
        var folder = Path.Combine(AppContext.BaseDirectory, "vectors");
        if (Environment.GetEnvironmentVariable("UPDATE_VECTORS") is { Length: > 0 } target)
        {
            File.WriteAllBytes(Path.Combine(target, $"{name}.journal"), journal);
            File.WriteAllText(Path.Combine(target, $"{name}.json"), SampleJournal.Describe(journal, ends));
            return;
        }

        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, $"{name}.journal")), journal);
        Assert.Equal(File.ReadAllText(Path.Combine(folder, $"{name}.json")), SampleJournal.Describe(journal, ends));
    }

    [Fact]
    public void A_reader_finds_what_was_written()
    {
        Assert.True(JournalReader.TryOpen(new MemoryStream(SampleJournal.Make(1, end: true, out _)), out var reader, out _));
        Assert.Equal(BlockOutcome.Block, reader.ReadBlock(out var block));
        var records = new RecordReader(block.Payload.Span);
        Assert.True(records.Read());
        Assert.True(records.TryGetTrackStarted(out var track, out _));
        Assert.Equal(SampleJournal.Track with { Codec = track.Codec }, track);
        Assert.Equal((SampleJournal.Track.Codec.Name, SampleJournal.Track.Codec.FormatParameters), (track.Codec.Name, track.Codec.FormatParameters));
        Assert.True(records.Read());
        Assert.True(records.TryGetRtp(out var id, out var timeNs, out var recovered, out var packet));
        Assert.Equal((1, 20_000_000L, false), (id, timeNs, recovered));
        Assert.Equal(SampleJournal.Packet, packet.ToArray());
        Assert.True(records.Read());
        Assert.True(records.TryGetSenderReport(out _, out var report));
        Assert.Equal(new SenderReportRecord(21_000_000, 0xE0000000_80000000, 5000, 1, 3), report);
        Assert.False(records.Read() || records.Malformed);
        Assert.Equal(BlockOutcome.Block, reader.ReadBlock(out _));
        Assert.True(reader.Ended);
        Assert.Equal(BlockOutcome.EndOfFile, reader.ReadBlock(out _));
    }

    [Fact]
    public void Cut_at_any_byte_the_whole_blocks_before_it_stand()
    {
        var journal = SampleJournal.Make(Blocks, end: true, out var ends);
        for (var length = 0; length < journal.Length; length++)
        {
            var opened = JournalReader.TryOpen(new MemoryStream(journal, 0, length), out var reader, out var problem);
            Assert.Equal(length >= ends[0], opened);
            if (!opened)
            {
                Assert.NotEmpty(problem);
                continue;
            }

            var last = ReadAll(reader);
            var whole = ends.Count(e => e <= length) - 1;
            Assert.Equal((whole, ends[whole]), (reader.Blocks, reader.ValidLength));
            Assert.Equal(ends.Contains(length) ? BlockOutcome.EndOfFile : BlockOutcome.Torn, last);
            Assert.False(reader.Ended);
        }
    }

    [Fact]
    public void Any_changed_bit_is_found_at_its_block()
    {
        var journal = SampleJournal.Make(Blocks, end: true, out var ends);
        for (var at = 0; at < journal.Length; at++)
        {
            journal[at] ^= (byte)(1 << at % 8);
            if (JournalReader.TryOpen(new MemoryStream(journal), out var reader, out _))
            {
                Assert.NotEqual(BlockOutcome.EndOfFile, ReadAll(reader));
                Assert.Equal(ends.FindIndex(e => at < e) - 1, reader.Blocks);
                Assert.StartsWith($"block {reader.Blocks} ", reader.Problem, StringComparison.Ordinal);
            }
            else
            {
                Assert.InRange(at, 0, ends[0] - 1);
            }

            journal[at] ^= (byte)(1 << at % 8);
        }
    }

    [Fact]
    public void Blocks_dropped_doubled_swapped_or_taken_from_elsewhere_are_found()
    {
        var journal = SampleJournal.Make(Blocks, end: true, out var ends);
        byte[] Block(int i) => journal[ends[i]..ends[i + 1]];
        var head = journal[..ends[0]];
        Assert.Equal(1, ValidBlocks([.. head, .. Block(0), .. Block(2), .. Block(3), .. Block(4)]));
        Assert.Equal(2, ValidBlocks([.. head, .. Block(0), .. Block(1), .. Block(1), .. Block(2)]));
        Assert.Equal(1, ValidBlocks([.. head, .. Block(0), .. Block(2), .. Block(1), .. Block(3)]));
        var other = SampleJournal.Around(journal.AsSpan(ends[0] + JournalFormat.BlockHeaderLength, 10));
        Assert.Equal(0, ValidBlocks([.. other[..^(10 + JournalFormat.BlockHeaderLength)], .. Block(0)]));
        Assert.Equal(5, ValidBlocks([.. journal, .. Block(4)]));
    }

    private static long ValidBlocks(byte[] journal)
    {
        Assert.True(JournalReader.TryOpen(new MemoryStream(journal), out var reader, out _));
        Assert.Equal(BlockOutcome.Corrupt, ReadAll(reader));
        return reader.Blocks;
    }

    private static BlockOutcome ReadAll(JournalReader reader)
    {
        BlockOutcome outcome;
        while ((outcome = reader.ReadBlock(out _)) == BlockOutcome.Block)
        {
        }

        return outcome;
    }
}
