using System.Text.Json;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.TestKit.Media;

namespace AfterSales.Video.Recording.Tests;

/// <summary>What goes wrong in calls, and what the recording then shows and says.</summary>
public sealed class MuxingTests : IDisposable
{
    private static readonly TestPattern Pattern = new(320, 240);
    private static readonly Sender Buyer = new("p-buyer", "buyer", TimeSpan.FromHours(2));
    private static readonly TimeSpan SixSeconds = TimeSpan.FromSeconds(6);
    private readonly RecordedCall _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Theory]
    [InlineData("H264")]
    [InlineData("VP8")]
    public async Task Packets_that_were_repaired_late_fill_their_holes(string codec)
    {
        var network = new NetworkConditions { Loss = 0.1, RepairAfterNs = 900_000_000, JitterNs = 30_000_000 };
        var call = new SyntheticCall(5).Add(1, Buyer, "camera", await VideoAsync(codec), network).Add(2, Buyer, "microphone", await VoiceAsync(), network);
        var seen = await SeenAsync(call, "complete");
        Assert.True(call.Repaired > 50, "hardly anything was lost");
        Assert.Equal((180, 0), (seen.DistinctCounters, seen.UnreadableFrames));
        Assert.InRange(seen.WorstAvOffsetSeconds, 0, 0.040);
    }

    [Theory]
    [InlineData("H264")]
    [InlineData("VP8")]
    public async Task A_frame_lost_for_good_leaves_a_stated_hole_to_the_next_key_frame_and_no_damage(string codec)
    {
        // Key frames every 30; frame 70 loses its first packet, and nothing may refer to what is missing.
        var network = new NetworkConditions { Drop = (frame, packet) => frame == 70 && packet == 0 };
        var call = new SyntheticCall(6).Add(1, Buyer, "camera", await VideoAsync(codec), network).Add(2, Buyer, "microphone", await VoiceAsync(), NetworkConditions.Good);
        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(call));
        Assert.Equal("partial", result.Outcome);
        var gap = Assert.Single(result.Gaps);
        Assert.Equal(("camera", "network"), (gap.Source, gap.Reason));
        Assert.Equal(69 / 30.0, gap.From.TotalSeconds, 0.02);
        Assert.Equal(90 / 30.0, gap.To.TotalSeconds, 0.02);
        var seen = await RecordingAnalyser.AnalyseAsync(Playback(result));
        Assert.Equal(Enumerable.Range(0, 70).Concat(Enumerable.Range(90, 90)), seen.Frames.Select(f => f.Counter));
        Assert.InRange(seen.WorstAvOffsetSeconds, 0, 0.040);
    }

    [Fact]
    public async Task Without_sender_reports_arrival_times_do()
    {
        var network = new NetworkConditions { SenderReports = false, JitterNs = 10_000_000 };
        var call = new SyntheticCall(7).Add(1, Buyer, "camera", await VideoAsync("H264"), network).Add(2, Buyer, "microphone", await VoiceAsync(), network);
        var seen = await SeenAsync(call, "complete");
        Assert.Equal(180, seen.DistinctCounters);
        Assert.InRange(seen.WorstAvOffsetSeconds, 0, 0.040);
    }

    [Fact]
    public async Task A_muted_microphone_is_silence_of_the_right_length()
    {
        var muted = new NetworkConditions { Off = (TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(3.9)) };
        var call = new SyntheticCall(8).Add(1, Buyer, "camera", await VideoAsync("H264"), NetworkConditions.Good).Add(2, Buyer, "microphone", await VoiceAsync(), muted);
        call.RoomEvent(TimeSpan.FromSeconds(1.9), "muted", Buyer, "microphone");
        call.RoomEvent(TimeSpan.FromSeconds(3.9), "unmuted", Buyer, "microphone");
        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(call));
        Assert.Equal("complete", result.Outcome);
        Assert.Equal(("microphone", "mute"), Assert.Single(result.Gaps.Select(g => (g.Source, g.Reason))));
        var seen = await RecordingAnalyser.AnalyseAsync(Playback(result));
        Assert.Equal([0, 1, 4, 5], seen.Beeps.OnsetSeconds.Select(s => (int)Math.Round(s)));
        Assert.InRange(seen.WorstAvOffsetSeconds, 0, 0.040);
    }

    [Fact]
    public async Task A_source_that_stops_for_a_while_without_a_word_was_not_muted()
    {
        var stalled = new NetworkConditions { Off = (TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(3.9)) };
        var ended = new NetworkConditions { Off = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(60)) };
        var call = new SyntheticCall(8).Add(1, Buyer, "camera", await VideoAsync("H264"), ended).Add(2, Buyer, "microphone", await VoiceAsync(), stalled);
        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(call));
        Assert.Equal([("camera", "stalled"), ("microphone", "stalled")], result.Gaps.Select(g => (g.Source, g.Reason)).Order());
    }

    [Fact]
    public async Task Packets_withheld_while_a_participant_was_muted_are_a_mute_and_no_loss()
    {
        // Frames 50 to 79 and voice packets 75 to 124 never reach the recorder; the microphone also really loses some later.
        var camera = new NetworkConditions { Drop = (frame, _) => frame is >= 50 and < 80 };
        var microphone = new NetworkConditions { Drop = (packet, _) => packet is (>= 75 and < 125) or (>= 200 and < 210) };
        var call = new SyntheticCall(17).Add(1, Buyer, "camera", await VideoAsync("H264"), camera).Add(2, Buyer, "microphone", await VoiceAsync(), microphone);
        foreach (var (source, from, to) in new[] { ("camera", 50 / 30.0, 80 / 30.0), ("microphone", 1.5, 2.5) })
        {
            call.RoomEvent(TimeSpan.FromSeconds(from), "muted", Buyer, source);
            call.RoomEvent(TimeSpan.FromSeconds(to), "unmuted", Buyer, source);
        }

        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(call));

        Assert.Equal([("camera", "mute"), ("microphone", "mute"), ("microphone", "network")], result.Gaps.Select(g => (g.Source, g.Reason)).Order());
        Assert.Equal("partial", result.Outcome);
        var seen = await RecordingAnalyser.AnalyseAsync(Playback(result));
        Assert.Equal(Enumerable.Range(0, 50).Concat(Enumerable.Range(90, 90)), seen.Frames.Select(f => f.Counter));
    }

    [Fact]
    public async Task A_pause_is_a_gap_with_its_reason_and_what_follows_is_in_time()
    {
        var call = new SyntheticCall(9).Add(1, Buyer, "camera", await VideoAsync("H264"), NetworkConditions.Good).Add(2, Buyer, "microphone", await VoiceAsync(), NetworkConditions.Good);
        var summary = await _recorded.RecordAsync(call, session => call
            .At(TimeSpan.FromSeconds(1.5), () => session.Pause("payment details"))
            .At(TimeSpan.FromSeconds(3.5), session.Resume));
        var result = await _recorded.MuxAsync(summary);
        Assert.Equal(["pause", "pause"], result.Gaps.Select(g => g.Reason), StringComparer.Ordinal);
        var seen = await RecordingAnalyser.AnalyseAsync(Playback(result));
        Assert.DoesNotContain(seen.Frames, f => f.Counter is > 46 and < 105);
        Assert.Contains(seen.Frames, f => f.Counter == 179);
        Assert.Equal([0, 1, 4, 5], seen.Beeps.OnsetSeconds.Select(s => (int)Math.Round(s)));
        Assert.InRange(seen.WorstAvOffsetSeconds, 0, 0.040);
    }

    [Fact]
    public async Task Someone_who_comes_back_goes_on_in_the_same_track()
    {
        var call = new SyntheticCall(10)
            .Add(1, Buyer, "camera", await EncodedMedia.H264Async(Pattern, 60, 0, 30), NetworkConditions.Good)
            .Add(2, Buyer, "microphone", await VoiceAsync(), NetworkConditions.Good)
            .Add(7, Buyer, "camera", await EncodedMedia.H264Async(new TestPattern(640, 480), 60, 120, 30), NetworkConditions.Good, TimeSpan.FromSeconds(4));
        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(call));
        Assert.Equal("rejoin", Assert.Single(result.Gaps).Reason);
        var seen = await RecordingAnalyser.AnalyseAsync(Playback(result));
        // The picture also changed size from 320×240 to 640×480.
        Assert.Equal(Enumerable.Range(0, 60).Concat(Enumerable.Range(120, 60)), seen.Frames.Select(f => f.Counter));
        Assert.InRange(seen.WorstAvOffsetSeconds, 0, 0.040);
    }

    [Fact]
    public async Task A_codec_change_gives_a_file_for_each_codec_on_one_time_axis()
    {
        var call = new SyntheticCall(11)
            .Add(1, Buyer, "camera", await EncodedMedia.H264Async(Pattern, 120, 0, 30), NetworkConditions.Good)
            .Add(2, Buyer, "microphone", await VoiceAsync(), NetworkConditions.Good)
            .Add(1, Buyer, "camera", await EncodedMedia.Vp8Async(Pattern, 60, 120, 30), NetworkConditions.Good, TimeSpan.FromSeconds(4.1));
        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(call));
        Assert.Equal("complete", result.Outcome);
        Assert.Equal(
            ["original.mkv", "video-buyer.mp4", "video-buyer.webm", "voice-buyer.mp4", "voice-buyer.m3u8", "video-buyer.m3u8", "master.m3u8", "playback.json", "timeline.json",
             "playback.mp4", "playback-2.webm", "poster.jpg", "storyboard-1.jpg", "storyboard.json", "waveform.json"], result.Files.Select(f => f.Name), StringComparer.Ordinal);
        var first = await RecordingAnalyser.AnalyseAsync(_recorded.File("playback.mp4"));
        var second = await RecordingAnalyser.AnalyseAsync(_recorded.File("playback-2.webm"));
        Assert.Equal(Enumerable.Range(0, 120), first.Frames.Select(f => f.Counter));
        Assert.Equal(Enumerable.Range(120, 60), second.Frames.Select(f => f.Counter));
        Assert.InRange(second.Frames[0].Seconds, 4.05, 4.15);
        Assert.Equal(6, second.Beeps.OnsetSeconds.Count);
        Assert.Equal(["h264", "vp8", "opus"], (await RecordingAnalyser.ProbeAsync(_recorded.File("original.mkv"))).Codecs, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_call_without_a_camera_is_sound()
    {
        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(new SyntheticCall(12).Add(2, Buyer, "microphone", await VoiceAsync(), NetworkConditions.Good)));
        Assert.Equal("complete", result.Outcome);
        Assert.Contains(result.Files, f => f is { Name: "playback.m4a", ContentType: "audio/mp4" });
        var seen = await RecordingAnalyser.AnalyseAsync(_recorded.File("playback.m4a"));
        Assert.Equal((0, 6), (seen.Streams.Videos, seen.Beeps.OnsetSeconds.Count));
    }

    [Fact]
    public async Task A_call_that_ended_before_any_medium_is_empty()
    {
        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(new SyntheticCall(13).RoomEvent(TimeSpan.FromSeconds(1), "participant_joined", Buyer, "")));
        Assert.Equal("empty", result.Outcome);
        Assert.Equal(["timeline.json"], result.Files.Select(f => f.Name), StringComparer.Ordinal);
        using var timeline = JsonDocument.Parse(await File.ReadAllTextAsync(_recorded.File("timeline.json")));
        Assert.Equal("participant_joined", timeline.RootElement.GetProperty("events")[1].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_broken_journal_plays_to_where_it_breaks_and_a_second_mux_gives_the_same_files()
    {
        var call = new SyntheticCall(14).Add(1, Buyer, "camera", await VideoAsync("H264"), NetworkConditions.Good).Add(2, Buyer, "microphone", await VoiceAsync(), NetworkConditions.Good);
        var summary = await _recorded.RecordAsync(call);
        var journal = await File.ReadAllBytesAsync(summary.JournalPath);
        journal[journal.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(summary.JournalPath, journal);
        var result = await _recorded.MuxAsync(summary);
        Assert.Equal("partial", result.Outcome);
        Assert.Contains("the journal is not complete: block ", result.Reason, StringComparison.Ordinal);
        Assert.Contains(result.Gaps, g => g.Reason == "crash");
        var seen = await RecordingAnalyser.AnalyseAsync(Playback(result));
        Assert.Equal(Enumerable.Range(0, seen.Frames.Count), seen.Frames.Select(f => f.Counter));
        Assert.InRange(seen.Frames.Count, 60, 120);
        var before = result.Files.ToDictionary(f => f.Name, f => File.ReadAllBytes(f.Path), StringComparer.Ordinal);
        var again = await _recorded.MuxAsync(summary);
        Assert.All(again.Files, f => Assert.True(before[f.Name].AsSpan().SequenceEqual(File.ReadAllBytes(f.Path)), f.Name));
        Assert.Empty(Directory.EnumerateFiles(_recorded.OutputFolder, "*.part"));
    }

    [Fact]
    public async Task Without_ffmpeg_the_muxer_says_what_to_install_and_the_journal_stays()
    {
        var summary = await _recorded.RecordAsync(new SyntheticCall(15).Add(2, Buyer, "microphone", await VoiceAsync(), NetworkConditions.Good));
        var muxer = new CallMuxer(new MuxerOptions { FfmpegPath = "/nonexistent/ffmpeg" }, TimeProvider.System);
        Assert.Contains("install ffmpeg", muxer.Problem, StringComparison.Ordinal);
        var result = await muxer.MuxAsync(summary.JournalPath, RecordedCall.DataKey, _recorded.OutputFolder, CancellationToken.None);
        Assert.Equal(("failed", muxer.Problem), (result.Outcome, result.Reason));
        Assert.True(File.Exists(summary.JournalPath));
    }

    private static Task<EncodedMedia> VideoAsync(string codec) =>
        codec == "H264" ? EncodedMedia.H264Async(Pattern, 180, 0, 30) : EncodedMedia.Vp8Async(Pattern, 180, 0, 30);

    private static Task<EncodedMedia> VoiceAsync() => EncodedMedia.OpusAsync(1000, SixSeconds);

    private static string Playback(MuxResult result) => Assert.Single(result.Files, f => f.Purpose == "playback").Path;

    private async Task<RecordingAnalysis> SeenAsync(SyntheticCall call, string outcome)
    {
        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(call));
        Assert.Equal((outcome, ""), (result.Outcome, result.Reason));
        return await RecordingAnalyser.AnalyseAsync(Playback(result));
    }
}
