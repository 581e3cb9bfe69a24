using System.Diagnostics;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Capture;

namespace AfterSales.Video.Recording.Tests;

/// <summary>A device that fails: by strace's fault injection in a recorder of its own, and by a file system of one MiB.</summary>
public sealed class DiskFaultTests : IDisposable
{
    private const int Rounds = 300;
    private readonly string _folder = Directory.CreateTempSubdirectory("disk-fault-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("fdatasync:error=EIO:when=4", 2)]
    [InlineData("fdatasync:error=ENOSPC:when=3", 2)]
    [InlineData("fdatasync:error=EIO:when=3+4", 3)]
    [InlineData("pwrite64:error=EIO:when=7", 2)]
    [InlineData("pwrite64:error=ENOSPC:when=5..9", 1)]
    public async Task When_the_device_fails_the_journal_goes_on_and_nothing_is_missing(string fault, int parts)
    {
        SkipWithoutStrace();
        using var recorder = RecorderProcess.Start(_folder, Rounds, "strace", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf", "-e", $"trace={fault.Split(':')[0]}", "-e", $"inject={fault}");
        var run = await recorder.FinishAsync();

        var journal = JournalContent.Read(Path.Combine(_folder, "rec-1"));
        Assert.Equal((true, 0L, true, ""), (run.Complete, run.Dropped, journal.Ended, journal.Problem));
        Assert.Equal(3, journal.Packets.Count);
        Assert.All(journal.Packets.Values, times => Assert.Equal(run.RoundNs, times.Order()));
        Assert.InRange(journal.Parts, parts, parts == 3 ? JournalFiles.MaxParts : parts);
        Assert.Equal(journal.Blocks - 1, journal.End.Blocks);
        Assert.Equal(journal.Parts - 1, journal.Texts.Count(t => t.First == "journal_continued"));
        Assert.Equal(3 * (journal.Parts - 1), journal.RepeatedTracks);
        Assert.Contains(parts == 1 ? "write_resumed" : "journal_continued", run.Alarms, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_leaves_whole_blocks_a_stated_gap_and_a_recording_that_goes_on_when_there_is_room()
    {
        using var disk = TinyDisk.Mount(_folder);
        var alarms = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var options = new CallRecorderOptions
        {
            SpoolFolder = Path.Combine(disk.Folder, "spool"),
            MaxBlocksInMemory = 4,
            SyncInterval = TimeSpan.FromMilliseconds(20),
            RefuseBelowBytes = 0,
            VideoOffBelowBytes = 0,
            SealBelowBytes = 0,
            OnAlarm = alarm => alarms.Enqueue(alarm.Kind),
        };
        using var recorder = new CallRecorder(options, TimeProvider.System);
        var session = await recorder.StartAsync(RecordedCall.Header(), RecordedCall.DataKey, CancellationToken.None);
        var filler = Path.Combine(disk.Folder, "filler");
        await File.WriteAllBytesAsync(filler, new byte[600 * 1024]);
        session.OnTrackStarted(SampleJournal.Track, 0);
        var packet = new byte[1200];
        SampleJournal.Packet.CopyTo(packet, 0);
        var sent = 0L;
        await FeedUntilAsync(() => session.Statistics.DroppedPackets > 0);
        Assert.NotNull(session.Statistics.Fault);
        File.Delete(filler);
        await FeedUntilAsync(() => session.Statistics.Fault is null);
        var summary = await session.StopAsync("hung up", CancellationToken.None);

        var journal = JournalContent.Read(summary.JournalPath);
        Assert.Equal((true, true, "", 1), (summary.Complete, journal.Ended, journal.Problem, journal.Parts));
        Assert.Equal(sent, journal.TotalPackets + session.Statistics.DroppedPackets);
        Assert.Equal((journal.TotalPackets, session.Statistics.DroppedPackets), (journal.End.Packets, journal.End.Dropped));
        Assert.Equal(session.Statistics.DroppedPackets, journal.Gaps.Sum(g => g.Packets));
        Assert.All(journal.Gaps, g => Assert.True(g.Reason is "disk_refused" or "disk_slow", g.Reason));
        Assert.Equal(["write_failed", "write_resumed"], alarms.Where(a => a.StartsWith("write_", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal), StringComparer.Ordinal);

        async Task FeedUntilAsync(Func<bool> done)
        {
            // Small enough for both phases to fit the disk; paced by the recorder's own syncs.
            for (var i = 0; i < 20_000 && !done(); i++)
            {
                for (var p = 0; p < 20; p++, sent++)
                    session.OnRtp(1, sent * 1000, recovered: false, packet);
                await Task.Yield();
                SpinWait.SpinUntil(() => recorder.OutstandingBuffers < 6 || done(), TimeSpan.FromMilliseconds(200));
            }

            Assert.True(done());
        }
    }

    private static void SkipWithoutStrace()
    {
        try
        {
            using var strace = Process.Start(new ProcessStartInfo("strace", ["-qq", "-o", "/dev/null", "true"]) { UseShellExecute = false, RedirectStandardError = true })!;
            strace.WaitForExit();
            Assert.SkipWhen(strace.ExitCode != 0, "ptrace is not allowed here");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("strace is not installed (Debian: apt-get install strace)");
        }
    }

    /// <summary>A tmpfs of one MiB; needs the right to mount.</summary>
    private sealed class TinyDisk : IDisposable
    {
        public required string Folder { get; init; }

        public static TinyDisk Mount(string under)
        {
            var folder = Directory.CreateDirectory(Path.Combine(under, "tiny")).FullName;
            using var mount = Process.Start(new ProcessStartInfo("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]) { UseShellExecute = false, RedirectStandardError = true })!;
            mount.WaitForExit();
            Assert.SkipWhen(mount.ExitCode != 0, "mounting is not allowed here (needs root): no file system of one MiB");
            return new TinyDisk { Folder = folder };
        }

        public void Dispose()
        {
            using var umount = Process.Start("umount", [Folder]);
            umount.WaitForExit();
        }
    }
}
