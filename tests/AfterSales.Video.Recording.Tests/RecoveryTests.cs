using System.Diagnostics;
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

    /// <summary>The stated loss window is 200 ms; the issue allows 250.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_killed_recorder_loses_at_most_a_quarter_of_a_second(int seed)
    {
        using var process = StartWriter();
        var killAfter = new Random(seed).Next(100, 500);
        var lastNs = 0L;
        for (var i = 0; i < killAfter && await process.StandardOutput.ReadLineAsync() is { } line; i++)
            lastNs = Time(line);
        process.Kill();
        var rest = await process.StandardOutput.ReadToEndAsync();
        // A line without its semicolon was cut by the kill.
        if (rest.Split('\n').LastOrDefault(l => l.EndsWith(';')) is { } late)
            lastNs = Time(late);
        await process.WaitForExitAsync();

        Assert.Equal("recovered", (await RecoverAsync()).Outcome);
        var kept = LastPacketNs();
        Assert.True(lastNs - kept <= 250_000_000, $"seed {seed}: {(lastNs - kept) / 1e6:0} ms lost");
    }

    private static long Time(string line) => long.Parse(line.TrimEnd(';'), System.Globalization.CultureInfo.InvariantCulture);

    private static Process StartWriter(string spool)
    {
        var probe = Path.Combine(AppContext.BaseDirectory.Replace("Recording.Tests", "MediaProbe", StringComparison.Ordinal), "AfterSales.Video.MediaProbe.dll");
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var argument in new[] { probe, "write-journal", spool })
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private Process StartWriter() => StartWriter(_spool);

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

    private long LastPacketNs()
    {
        using var file = File.OpenRead(JournalPath);
        Assert.True(JournalReader.TryOpen(file, out var reader, out _));
        var last = 0L;
        while (reader.ReadBlock(out var block) == BlockOutcome.Block)
        {
            var records = new RecordReader(block.Payload.Span);
            while (records.Read())
            {
                // The writer puts its own time where the RTP payload would be.
                if (records.TryGetRtp(out _, out _, out _, out var packet))
                    last = System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(packet[12..]);
            }
        }

        return last;
    }
}
