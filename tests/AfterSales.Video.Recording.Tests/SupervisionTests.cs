using System.Diagnostics;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.TestKit.Media;

namespace AfterSales.Video.Recording.Tests;

/// <summary>SE-15: ffmpeg hangs, crashes, lies, or is fed with what should make it read something else.</summary>
public sealed class SupervisionTests : IDisposable
{
    private static readonly Sender Buyer = new("p-buyer", "buyer");
    private readonly RecordedCall _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Theory]
    [InlineData("exec /bin/sleep 60", "no progress")]
    [InlineData("kill -STOP $$", "no progress")]
    [InlineData("exit 139", "exit code 139")]
    [InlineData("exit 0", "ffprobe")]
    [InlineData("/usr/bin/ffmpeg \"$@\"; for last; do :; done; /usr/bin/truncate -s 3000 \"${last#file:}\"; exit 0", "cut off")]
    public async Task An_ffmpeg_that_misbehaves_fails_the_mux_and_the_call_still_plays(string script, string reason)
    {
        var summary = await RecordAsync();
        var muxer = Muxer(_recorded.Script(script), attempts: 2, stallSeconds: reason == "no progress" ? 1 : 30);
        var result = await muxer.MuxAsync(summary.JournalPath, RecordedCall.DataKey, _recorded.OutputFolder, CancellationToken.None);
        Assert.Equal("failed", result.Outcome);
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
        Assert.True(File.Exists(summary.JournalPath));
        Assert.False(File.Exists(_recorded.File("playback.m4a")));
        Assert.Equal(3, (await RecordingAnalyser.AnalyseAsync(_recorded.File("voice-buyer.mp4"))).Beeps.OnsetSeconds.Count);
    }

    [Fact]
    public async Task The_watchdog_ends_the_whole_group_stopped_or_not()
    {
        var summary = await RecordAsync();
        var ids = Path.Combine(_recorded.Folder, "ids");
        var muxer = Muxer(_recorded.Script($"echo $$ >>{ids}; /bin/sleep 300 & echo $! >>{ids}; kill -STOP $$"), attempts: 1, stallSeconds: 1);
        await muxer.MuxAsync(summary.JournalPath, RecordedCall.DataKey, _recorded.OutputFolder, CancellationToken.None);
        var left = (await File.ReadAllLinesAsync(ids)).Where(IsRunning).ToList();
        Assert.Equal(2, (await File.ReadAllLinesAsync(ids)).Length);
        Assert.Empty(left);
    }

    [Fact]
    public async Task A_child_runs_with_limits_low_priority_and_none_of_our_environment()
    {
        var summary = await RecordAsync();
        var seen = Path.Combine(_recorded.Folder, "seen");
        var muxer = Muxer(_recorded.Script($"ulimit -v >{seen}; ulimit -n >>{seen}; /usr/bin/nice >>{seen}; /usr/bin/env | /usr/bin/wc -l >>{seen}; exit 1"), attempts: 1, stallSeconds: 30);
        await muxer.MuxAsync(summary.JournalPath, RecordedCall.DataKey, _recorded.OutputFolder, CancellationToken.None);
        var lines = await File.ReadAllLinesAsync(seen);
        Assert.Equal(["4194304", "256"], lines.Take(2), StringComparer.Ordinal);
        Assert.InRange(int.Parse(lines[2]), 10, 19);
        // LC_ALL, and what the shell adds itself.
        Assert.InRange(int.Parse(lines[3]), 1, 4);
    }

    [Theory]
    [InlineData("-i")]
    [InlineData("; touch owned ;")]
    [InlineData("line\nbreak")]
    [InlineData("concat:a|b %05d 'quoted'")]
    public async Task Names_are_only_names(string name)
    {
        var sender = new Sender(name, name);
        var call = new SyntheticCall(42).Add(2, sender, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(3)), NetworkConditions.Good)
            .Add(1, sender, "camera", await EncodedMedia.H264Async(new TestPattern(320, 240), 90, 0, 30), NetworkConditions.Good);
        var summary = await _recorded.RecordAsync(call);
        var folder = Path.Combine(_recorded.Folder, name);
        var muxer = new CallMuxer(new MuxerOptions(), TimeProvider.System);
        var result = await muxer.MuxAsync(summary.JournalPath, RecordedCall.DataKey, folder, CancellationToken.None);
        Assert.Equal(("complete", ""), (result.Outcome, result.Reason));
        Assert.All(result.Files, f => Assert.Matches("^[a-z0-9.-]+$", f.Name));
        var court = await muxer.MakeCourtCopyAsync(folder, new CourtCopyRequest(name, name, TimeZoneInfo.Utc), CancellationToken.None);
        Assert.Equal(("complete", ""), (court.Outcome, court.Reason));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_recorded.Folder, "owned", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nhttp://127.0.0.1:9/a.ts\n#EXTINF:4,\nfile://{secret}\n#EXT-X-ENDLIST\n")]
    [InlineData("ffconcat version 1.0\nfile '{secret}'\n")]
    public async Task A_playlist_in_disguise_opens_no_socket_and_no_other_file(string content)
    {
        var secret = Path.Combine(_recorded.Folder, "secret.mp4");
        await File.WriteAllTextAsync(secret, "not yours");
        await _recorded.MakePlayableAsync(await RecordAsync());
        var disguised = content.Replace("{secret}", secret, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_recorded.File("original.mkv"), disguised);
        await File.WriteAllTextAsync(_recorded.File("voice-buyer.mp4"), disguised);
        var log = Path.Combine(_recorded.Folder, "strace");
        Assert.SkipUnless(CanTrace(), "strace may not trace here (no ptrace)");
        var result = await Muxer(_recorded.Script($"exec /usr/bin/strace -f -qq -o {log} -e trace=socket,connect,open,openat /usr/bin/ffmpeg \"$@\""), attempts: 1, stallSeconds: 60)
            .CompleteAsync(_recorded.OutputFolder, CancellationToken.None);
        Assert.Equal("failed", result.Outcome);
        var calls = await File.ReadAllTextAsync(log);
        Assert.Contains("original.mkv", calls, StringComparison.Ordinal);
        Assert.DoesNotContain("socket(", calls, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", calls, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_with_a_name_that_is_not_ours_is_refused()
    {
        await _recorded.MakePlayableAsync(await RecordAsync());
        var plan = await File.ReadAllTextAsync(_recorded.File("playback.json"));
        await File.WriteAllTextAsync(_recorded.File("playback.json"), plan.Replace("\"voice-buyer.mp4\"", "\"../../secret.mp4\"", StringComparison.Ordinal));
        var result = await new CallMuxer(new MuxerOptions(), TimeProvider.System).CompleteAsync(_recorded.OutputFolder, CancellationToken.None);
        Assert.Equal("failed", result.Outcome);
        Assert.Contains("playback.json", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_job_twenty_times_at_once_gives_the_same_files()
    {
        var summary = await RecordAsync();
        var muxer = new CallMuxer(new MuxerOptions(), TimeProvider.System);
        var first = await muxer.MuxAsync(summary.JournalPath, RecordedCall.DataKey, _recorded.OutputFolder, CancellationToken.None);
        var before = first.Files.ToDictionary(f => f.Name, f => File.ReadAllBytes(f.Path), StringComparer.Ordinal);
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => i % 5 == 0
            ? muxer.MuxAsync(summary.JournalPath, RecordedCall.DataKey, _recorded.OutputFolder, CancellationToken.None)
            : muxer.MakePlayableAsync(summary.JournalPath, RecordedCall.DataKey, _recorded.OutputFolder, CancellationToken.None)));
        Assert.All(results, r => Assert.Equal(("complete", ""), (r.Outcome, r.Reason)));
        Assert.All(before, f => Assert.True(f.Value.AsSpan().SequenceEqual(File.ReadAllBytes(_recorded.File(f.Key))), f.Key));
        Assert.Empty(Directory.EnumerateFiles(_recorded.OutputFolder, "*.part"));
    }

    [Fact]
    public async Task Cheap_steps_come_before_dear_ones_and_never_more_than_fit()
    {
        var admission = new MuxAdmission(4);
        var first = await admission.EnterAsync(9, CancellationToken.None);
        var (dear, cheap) = (admission.EnterAsync(4, CancellationToken.None), admission.EnterAsync(1, CancellationToken.None));
        using var gone = new CancellationTokenSource();
        var given = admission.EnterAsync(1, gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(dear.IsCompleted || cheap.IsCompleted);
        first.Dispose();
        var second = await cheap;
        Assert.False(dear.IsCompleted);
        second.Dispose();
        (await dear).Dispose();
        (await admission.EnterAsync(4, CancellationToken.None)).Dispose();
    }

    private static CallMuxer Muxer(string ffmpeg, int attempts, int stallSeconds) =>
        new(new MuxerOptions { FfmpegPath = ffmpeg, Attempts = attempts, StallTimeout = TimeSpan.FromSeconds(stallSeconds) }, TimeProvider.System);

    private static bool IsRunning(string id) => File.Exists($"/proc/{id}/stat") && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);

    private static bool CanTrace()
    {
        if (!File.Exists("/usr/bin/strace"))
            return false;
        using var trial = Process.Start(new ProcessStartInfo("/usr/bin/strace", ["-o", "/dev/null", "/bin/true"]) { UseShellExecute = false, RedirectStandardError = true })!;
        trial.WaitForExit();
        return trial.ExitCode == 0;
    }

    private async Task<JournalSummary> RecordAsync() => await _recorded.RecordAsync(
        new SyntheticCall(41).Add(2, Buyer, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(3)), NetworkConditions.Good));
}
