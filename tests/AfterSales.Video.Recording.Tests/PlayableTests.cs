using System.Text.Json;
using AfterSales.Video.TestKit.Media;

namespace AfterSales.Video.Recording.Tests;

/// <summary>What the player gets right after hanging up: made without ffmpeg, read back with it.</summary>
public sealed class PlayableTests : IDisposable
{
    private static readonly TestPattern Pattern = new(320, 240);
    private static readonly Sender Buyer = new("p-buyer", "buyer", TimeSpan.FromHours(-1), WallClockPpm: 80, AudioPpm: 120);
    private static readonly Sender Agent = new("p-agent", "agent", TimeSpan.FromMinutes(3));
    private readonly RecordedCall _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Theory]
    [InlineData("H264", "video-buyer.mp4")]
    [InlineData("VP9", "video-buyer.mp4")]
    [InlineData("VP8", "video-buyer.webm")]
    public async Task A_call_plays_without_ffmpeg_picture_and_voices_apart_and_in_step(string codec, string file)
    {
        var network = new NetworkConditions { JitterNs = 15_000_000 };
        var call = new SyntheticCall(21)
            .Add(1, Buyer, "camera", await VideoAsync(codec, 240), network, TimeSpan.FromMilliseconds(700))
            .Add(2, Buyer, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(8)), network, TimeSpan.FromMilliseconds(700))
            .Add(3, Agent, "microphone", await EncodedMedia.OpusAsync(2000, TimeSpan.FromSeconds(9)), network);
        var result = await _recorded.MakePlayableAsync(await _recorded.RecordAsync(call));
        Assert.Equal(("complete", ""), (result.Outcome, result.Reason));
        var picture = await RecordingAnalyser.AnalyseAsync(_recorded.File(file));
        Assert.Equal((240, 0, 0), (picture.DistinctCounters, picture.UnreadableFrames, picture.BackwardSteps));
        var buyer = await RecordingAnalyser.AnalyseAsync(_recorded.File("voice-buyer.mp4"));
        var agent = await RecordingAnalyser.AnalyseAsync(_recorded.File("voice-agent.mp4"), toneHz: 2000);
        Assert.Equal((8, 9), (buyer.Beeps.OnsetSeconds.Count, agent.Beeps.OnsetSeconds.Count));
        Assert.InRange(agent.Beeps.OnsetSeconds[2], 2 - 0.04, 2 + 0.04);
        var offsets = picture.FlashSeconds.Select(flash => buyer.Beeps.OnsetSeconds.Min(beep => Math.Abs(beep - flash))).ToList();
        Assert.All(offsets, o => Assert.InRange(o, 0, 0.040));
        Assert.True(offsets.Count >= 7);
        // Both voices last as long as the recording, so that either can be the player's clock.
        Assert.All([buyer, agent], v => Assert.InRange(v.Streams.DurationSeconds, result.Duration.TotalSeconds - 0.02, result.Duration.TotalSeconds + 0.02));
    }

    [Fact]
    public async Task Twenty_turns_of_the_phone_are_twenty_one_runs_that_play_one_after_the_other()
    {
        var (wide, tall) = (await EncodedMedia.H264Async(Pattern, 630, 0, 30), await EncodedMedia.H264Async(new TestPattern(240, 320), 630, 0, 30));
        var turned = wide with { Frames = [.. Enumerable.Range(0, 630).Select(i => (i / 30 % 2 == 0 ? wide : tall).Frames[i])] };
        var call = new SyntheticCall(22).Add(1, Buyer, "camera", turned, NetworkConditions.Good)
            .Add(2, Buyer, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(21)), NetworkConditions.Good);
        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(call));
        Assert.Equal(("complete", ""), (result.Outcome, result.Reason));
        using var plan = JsonDocument.Parse(await File.ReadAllBytesAsync(_recorded.File("playback.json")));
        var runs = plan.RootElement.GetProperty("pictures")[0].GetProperty("runs").EnumerateArray().ToList();
        Assert.Equal(21, runs.Count);
        Assert.Equal([320, 240, 320], runs.Take(3).Select(r => r.GetProperty("width").GetInt32()));
        Assert.Equal(["start", "size"], runs.Take(2).Select(r => r.GetProperty("reason").GetString()), StringComparer.Ordinal);
        var playlist = await File.ReadAllLinesAsync(_recorded.File("video-buyer.m3u8"));
        Assert.Equal((20, 21), (playlist.Count(l => l == "#EXT-X-DISCONTINUITY"), playlist.Count(l => l.StartsWith("#EXT-X-MAP:", StringComparison.Ordinal))));
        var seen = await RecordingAnalyser.AnalyseAsync(_recorded.File("video-buyer.m3u8"));
        Assert.Equal(Enumerable.Range(0, 630), seen.Frames.Select(f => f.Counter));
        // The sheets of the storyboard survive the changes of size.
        using var board = JsonDocument.Parse(await File.ReadAllBytesAsync(_recorded.File("storyboard.json")));
        Assert.InRange(board.RootElement.GetProperty("tiles").GetArrayLength(), 10, 30);
    }

    [Fact]
    public async Task A_change_from_H264_to_VP9_stays_in_one_file_and_VP9_is_downloaded_as_WebM()
    {
        var call = new SyntheticCall(30)
            .Add(1, Buyer, "camera", await EncodedMedia.H264Async(Pattern, 90, 0, 30), NetworkConditions.Good)
            .Add(1, Buyer, "camera", await EncodedMedia.Vp9Async(Pattern, 120, 90, 30), NetworkConditions.Good, TimeSpan.FromSeconds(3.05));
        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(call));
        Assert.Equal(("complete", ""), (result.Outcome, result.Reason));
        using var plan = JsonDocument.Parse(await File.ReadAllBytesAsync(_recorded.File("playback.json")));
        var runs = Assert.Single(plan.RootElement.GetProperty("pictures").EnumerateArray()).GetProperty("runs").EnumerateArray().ToList();
        Assert.Equal(["h264 start", "vp9 codec"], runs.Select(r => $"{r.GetProperty("codec").GetString()} {r.GetProperty("reason").GetString()}"), StringComparer.Ordinal);
        Assert.Equal("video/mp4; codecs=\"vp09.00.20.08\"", runs[1].GetProperty("mimeType").GetString());
        Assert.Equal(Enumerable.Range(90, 120), (await RecordingAnalyser.AnalyseAsync(_recorded.File("playback.webm"))).Frames.Select(f => f.Counter));
        Assert.Equal(Enumerable.Range(0, 90), (await RecordingAnalyser.AnalyseAsync(_recorded.File("playback-2.mp4"))).Frames.Select(f => f.Counter));
    }

    [Fact]
    public async Task Byte_ranges_of_the_plan_are_whole_fragments()
    {
        var call = new SyntheticCall(23).Add(1, Buyer, "camera", await VideoAsync("H264", 180), NetworkConditions.Good)
            .Add(2, Buyer, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(6)), NetworkConditions.Good);
        await _recorded.MakePlayableAsync(await _recorded.RecordAsync(call));
        using var plan = JsonDocument.Parse(await File.ReadAllBytesAsync(_recorded.File("playback.json")));
        var picture = plan.RootElement.GetProperty("pictures")[0];
        var file = await File.ReadAllBytesAsync(_recorded.File("video-buyer.mp4"));
        Assert.Equal("ftyp", Type(file, picture.GetProperty("runs")[0].GetProperty("initOffset").GetInt32()));
        var end = picture.GetProperty("runs")[0].GetProperty("initLength").GetInt32();
        foreach (var segment in picture.GetProperty("segments").EnumerateArray())
        {
            Assert.Equal(end, segment.GetProperty("offset").GetInt32());
            Assert.Equal("moof", Type(file, end));
            end += segment.GetProperty("length").GetInt32();
        }

        Assert.Equal(file.Length, end);
        // Any piece of the middle plays by itself behind the init segment.
        var last = picture.GetProperty("segments").EnumerateArray().Last(s => s.GetProperty("key").GetBoolean());
        byte[] piece = [.. file.AsSpan(0, picture.GetProperty("runs")[0].GetProperty("initLength").GetInt32()), .. file.AsSpan(last.GetProperty("offset").GetInt32())];
        await File.WriteAllBytesAsync(_recorded.File("piece.mp4"), piece);
        var seen = await RecordingAnalyser.AnalyseAsync(_recorded.File("piece.mp4"));
        Assert.Equal(179, seen.Frames[^1].Counter);
        Assert.Equal(last.GetProperty("fromSeconds").GetDouble(), seen.Frames[0].Seconds, 0.001);
    }

    [Fact]
    public async Task A_voice_file_can_be_searched_by_its_own_index()
    {
        await _recorded.MakePlayableAsync(await _recorded.RecordAsync(new SyntheticCall(24).Add(2, Buyer, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(12)), NetworkConditions.Good)));
        var file = await File.ReadAllBytesAsync(_recorded.File("voice-buyer.mp4"));
        using var plan = JsonDocument.Parse(await File.ReadAllBytesAsync(_recorded.File("playback.json")));
        var voice = plan.RootElement.GetProperty("voices")[0];
        Assert.Equal("sidx", Type(file, voice.GetProperty("initLength").GetInt32()));
        Assert.Equal("moof", Type(file, voice.GetProperty("segments")[0].GetProperty("offset").GetInt32()));
        Assert.Equal(JsonValueKind.Null, plan.RootElement.GetProperty("master").ValueKind);
    }

    [Fact]
    public async Task A_call_of_three_seconds_is_whole()
    {
        var call = new SyntheticCall(25).Add(1, Buyer, "camera", await VideoAsync("H264", 90), NetworkConditions.Good)
            .Add(2, Buyer, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(3)), NetworkConditions.Good);
        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(call));
        Assert.Equal(("complete", ""), (result.Outcome, result.Reason));
        Assert.InRange(result.Duration.TotalSeconds, 2.98, 3.1);
        var seen = await RecordingAnalyser.AnalyseAsync(_recorded.File("playback.mp4"));
        Assert.Equal((90, 3), (seen.DistinctCounters, seen.Beeps.OnsetSeconds.Count));
    }

    [Fact]
    public async Task A_camera_that_never_sends_a_key_frame_is_a_stated_gap_and_the_voice_plays()
    {
        var video = await VideoAsync("H264", 180);
        var call = new SyntheticCall(26).Add(1, Buyer, "camera", video with { Frames = [.. video.Frames.Where(f => !f.IsKey)] }, NetworkConditions.Good)
            .Add(2, Buyer, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(6)), NetworkConditions.Good);
        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(call));
        Assert.Equal("partial", result.Outcome);
        Assert.Contains(result.Gaps, g => g is { Source: "camera", Reason: "no_key_frame" } && g.To - g.From > TimeSpan.FromSeconds(5));
        Assert.Equal(6, (await RecordingAnalyser.AnalyseAsync(_recorded.File("playback.m4a"))).Beeps.OnsetSeconds.Count);
    }

    [Fact]
    public async Task A_storm_of_mutes_leaves_everything_said_in_its_place()
    {
        // On for 500 ms at each full second, where the beep is, off in between; and never on in the second half of each five seconds.
        var storm = new NetworkConditions { OffAt = at => at.TotalSeconds % 1 >= 0.5 || at.TotalSeconds % 5 >= 2.5, JitterNs = 20_000_000 };
        var call = new SyntheticCall(27).Add(1, Buyer, "camera", await VideoAsync("H264", 600), NetworkConditions.Good)
            .Add(2, Buyer, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(20)), storm);
        for (var half = 0; half < 40; half++)
        {
            var (at, before) = (TimeSpan.FromSeconds(half / 2.0), TimeSpan.FromSeconds((half - 1) / 2.0));
            if (storm.OffAt(at) != (half > 0 && storm.OffAt(before)))
                call.RoomEvent(at, storm.OffAt(at) ? "muted" : "unmuted", Buyer, "microphone");
        }

        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(call));
        Assert.Equal(("complete", ""), (result.Outcome, result.Reason));
        Assert.All(result.Gaps, g => Assert.Equal(("microphone", "mute"), (g.Source, g.Reason)));
        int[] heard = [0, 1, 2, 5, 6, 7, 10, 11, 12, 15, 16, 17];
        foreach (var file in new[] { "playback.mp4", "voice-buyer.mp4" })
        {
            var seen = await RecordingAnalyser.AnalyseAsync(_recorded.File(file));
            Assert.Equal(heard, seen.Beeps.OnsetSeconds.Select(s => (int)Math.Round(s)));
            Assert.All(seen.Beeps.OnsetSeconds, s => Assert.InRange(Math.Abs(s - Math.Round(s)), 0, 0.05));
        }
    }

    [Fact]
    public async Task However_wrong_a_senders_timestamps_are_playback_lasts_as_long_as_the_call()
    {
        // A sound card that runs 3 % fast, more than any fit allows, and packets that come in bursts.
        var sender = new Sender("p-buyer", "buyer", AudioPpm: 30_000);
        var call = new SyntheticCall(28).Add(1, sender, "camera", await VideoAsync("H264", 600), NetworkConditions.Good)
            .Add(2, sender, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(20)), new NetworkConditions { JitterNs = 400_000_000 });
        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(call));
        Assert.Equal(("complete", ""), (result.Outcome, result.Reason));
        Assert.InRange(result.Duration.TotalSeconds, 19.5, 21);
        foreach (var file in new[] { "playback.mp4", "voice-buyer.mp4" })
            Assert.InRange((await RecordingAnalyser.ProbeAsync(_recorded.File(file))).DurationSeconds, result.Duration.TotalSeconds - 0.1, result.Duration.TotalSeconds + 0.1);
    }

    [Fact]
    public async Task The_waveform_is_loud_where_the_beeps_are()
    {
        await _recorded.MuxAsync(await _recorded.RecordAsync(new SyntheticCall(29).Add(2, Buyer, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(6)), NetworkConditions.Good)));
        using var waveform = JsonDocument.Parse(await File.ReadAllBytesAsync(_recorded.File("waveform.json")));
        var bucket = waveform.RootElement.GetProperty("bucketSeconds").GetDouble();
        var peaks = waveform.RootElement.GetProperty("voices")[0].GetProperty("peaks").EnumerateArray().Select(p => p.GetInt32()).ToList();
        Assert.Equal(6 / bucket, peaks.Count, 2.0);
        var loudest = peaks.Max();
        Assert.All(Enumerable.Range(1, 4), second =>
        {
            Assert.True(peaks[(int)((second + 0.05) / bucket)] > loudest / 2, $"no beep at {second} s");
            Assert.True(peaks[(int)((second + 0.6) / bucket)] < loudest / 4, $"noise at {second}.6 s");
        });
    }

    private static string Type(byte[] file, int offset) => System.Text.Encoding.ASCII.GetString(file, offset + 4, 4);

    private static Task<EncodedMedia> VideoAsync(string codec, int frames) => codec switch
    {
        "H264" => EncodedMedia.H264Async(Pattern, frames, 0, 30),
        "VP9" => EncodedMedia.Vp9Async(Pattern, frames, 0, 30),
        _ => EncodedMedia.Vp8Async(Pattern, frames, 0, 30),
    };
}
