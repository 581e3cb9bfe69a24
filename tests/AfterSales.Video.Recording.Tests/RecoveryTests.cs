using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Recording.Recovery;

namespace AfterSales.Video.Recording.Tests;

public sealed class RecoveryTests : IDisposable
{
    private readonly string _spool = Directory.CreateTempSubdirectory("recovery-tests-").FullName;

    private string JournalPath => Path.Combine(_spool, "rec-1", "journal.v1");

    public void Dispose() => Directory.Delete(_spool, recursive: true);

    [Fact]
    public async Task Torn_anywhere_a_journal_is_closed_behind_its_last_whole_block()
    {
        var journal = SampleJournal.Make(3, end: true, out var ends);
        var random = new Random(4);
        var lengths = Enumerable.Range(0, 40).Select(_ => random.Next(ends[0], journal.Length)).Concat(ends.SkipLast(1));
        foreach (var length in lengths)
        {
            Write(journal[..length]);
            var whole = ends.Count(e => e <= length) - 1;
            var found = await RecoverAsync();
            Assert.Equal(("rec-1", "recovered", whole + 1L), (found.RecordingId, found.Outcome, found.Blocks));
            var end = ReadEnd();
            Assert.Equal((whole, whole, true, length - ends[whole]), (end.Blocks, end.Packets, end.Recovered, end.CutBytes));
            Assert.Equal(length > ends[whole], File.Exists($"{JournalPath}.cut-{ends[whole]}"));
            var bytes = await File.ReadAllBytesAsync(JournalPath);
            Assert.Equal("recovered", (await RecoverAsync()).Outcome);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(JournalPath));
        }
    }

    [Fact]
    public async Task A_complete_journal_is_left_alone()
    {
        var journal = SampleJournal.Make(2, end: true, out _);
        Write(journal);
        Assert.Equal(("complete", ""), ((await RecoverAsync()).Outcome, (await RecoverAsync()).Reason));
        Assert.Equal(journal, await File.ReadAllBytesAsync(JournalPath));
    }

    [Fact]
    public async Task What_is_no_journal_is_reported_and_kept()
    {
        Write([1, 2, 3]);
        var found = await RecoverAsync();
        Assert.Equal("unreadable", found.Outcome);
        Assert.NotEmpty(found.Reason);
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(JournalPath));
    }

    [Fact]
    public async Task A_journal_being_written_is_left_alone()
    {
        using var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = _spool }, TimeProvider.System);
        await using var session = await recorder.StartAsync(RecordedCall.Header(), RecordedCall.DataKey, CancellationToken.None);
        Assert.Empty(await new JournalRecovery(_spool, new TestKeys()).RecoverAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Without_the_key_the_end_is_written_in_the_clear_and_reads_as_recovered()
    {
        var journal = SampleJournal.Make(3, end: true, out var ends, encrypted: true);
        Write(journal[..(ends[3] + 20)]);
        var found = Assert.Single(await new JournalRecovery(_spool).RecoverAsync(CancellationToken.None));
        Assert.Equal(("recovered", 4L), (found.Outcome, found.Blocks));
        var content = JournalContent.Read(JournalPath);
        Assert.Equal((true, true, "", 3), (content.Ended, content.EndedInClear, content.Problem, content.TotalPackets));
        Assert.Equal(new EndCounts(3, null, null, Recovered: true, CutBytes: 20, LossMs: 1000), content.End);
        var bytes = await File.ReadAllBytesAsync(JournalPath);
        Assert.Equal("closed by an earlier recovery", (await RecoverAsync()).Reason);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(JournalPath));
    }

    [Fact]
    public async Task Damage_in_the_middle_is_cut_off_kept_and_its_length_stated_as_loss()
    {
        var journal = SampleJournal.Make(5, end: true, out var ends, encrypted: true);
        journal[ends[2] + 160] ^= 1;
        Write(journal);
        var found = await RecoverAsync();
        // Blocks of the sample are 200 ms apart: two stand, the END is 800 ms after the second; and a window of 1 s for a journal of unknown boot.
        Assert.Equal((3L, TimeSpan.FromMilliseconds(1800)), (found.Blocks, found.Loss));
        Assert.Equal(journal[ends[2]..], await File.ReadAllBytesAsync($"{JournalPath}.cut-{ends[2]}"));
    }

    [Fact]
    public async Task Of_several_parts_the_last_is_closed()
    {
        using var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = _spool }, TimeProvider.System);
        var session = await recorder.StartAsync(RecordedCall.Header(), RecordedCall.DataKey, CancellationToken.None);
        var summary = await session.StopAsync("hung up", CancellationToken.None);
        Assert.True(RecordingJournal.TryOpen(summary.JournalPath, [], out var first, out _));
        first.ReadBlock(out _);
        var header = RecordedCall.Header() with { Part = 2, PreviousHead = first.HeadHex };
        var startUtcNs = first.StartUtcNs;
        first.Dispose();
        using (var sealer = new BlockSealer(RecordedCall.DataKey.Span))
        using (JournalFile.Create(_spool, header, startUtcNs, FileHeader.DataKeyId(RecordedCall.DataKey.Span), sealer))
        {
        }

        Assert.Equal(("recovered", 2L), ((await RecoverAsync()).Outcome, (await RecoverAsync()).Blocks));
        var content = JournalContent.Read(JournalPath);
        Assert.Equal((2, true, "", 1L), (content.Parts, content.Ended, content.Problem, content.End.Blocks));
    }

    private void Write(byte[] journal)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(JournalPath)!);
        foreach (var old in Directory.EnumerateFiles(Path.GetDirectoryName(JournalPath)!))
            File.Delete(old);
        File.WriteAllBytes(JournalPath, journal);
    }

    private async Task<RecoveredJournal> RecoverAsync() => Assert.Single(await new JournalRecovery(_spool, new TestKeys()).RecoverAsync(CancellationToken.None));

    private EndCounts ReadEnd()
    {
        Assert.True(RecordingJournal.TryOpen(JournalPath, RecordedCall.DataKey.Span, out var journal, out var problem), problem);
        using var opened = Timeline.JournalSource.Of(journal);
        Assert.True(Timeline.CallIndexer.TryIndex(opened, CancellationToken.None, out var index, out _));
        Assert.Equal("", index.Problem);
        return index.End!;
    }
}
