using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.TestKit.Media;

namespace AfterSales.Video.Recording.Tests;

public sealed class CourtCopyTests : IDisposable
{
    private const int Width = 1280;
    private const int Height = 760;
    private static readonly Sender Buyer = new("p-buyer", "buyer");
    private static readonly Sender Agent = new("p-agent", "agent");
    private readonly RecordedCall _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Fact]
    public async Task Both_pictures_stand_side_by_side_with_clock_and_slates_whatever_turns()
    {
        var (wide, tall) = (await EncodedMedia.H264Async(new TestPattern(320, 240), 180, 0, 30), await EncodedMedia.H264Async(new TestPattern(240, 320), 180, 0, 30));
        var turned = wide with { Frames = [.. Enumerable.Range(0, 180).Select(i => (i < 120 ? wide : tall).Frames[i])] };
        // Frame 65 is lost for good: no picture from 2.2 s to the key frame at 3 s.
        var lossy = new NetworkConditions { Drop = (frame, packet) => frame == 65 && packet == 0 };
        var call = new SyntheticCall(51).Add(1, Buyer, "camera", turned, lossy)
            .Add(2, Buyer, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(6)), NetworkConditions.Good)
            .Add(3, Agent, "camera", await EncodedMedia.Vp8Async(new TestPattern(320, 240), 120, 0, 30), NetworkConditions.Good, TimeSpan.FromSeconds(2));
        await _recorded.MakePlayableAsync(await _recorded.RecordAsync(call));
        var request = new CourtCopyRequest("2026-0017", new string('a', 64), TimeZoneInfo.Utc);
        var result = await new CallMuxer(new MuxerOptions(), TimeProvider.System).MakeCourtCopyAsync(_recorded.OutputFolder, request, CancellationToken.None);
        Assert.Equal(("complete", ""), (result.Outcome, result.Reason));
        var copy = Assert.Single(result.Files);
        Assert.Equal(("court-copy.mp4", "court-copy", "video/mp4"), (copy.Name, copy.Purpose, copy.ContentType));
        Assert.Equal(["original.mkv", "voice-buyer.mp4", "timeline.json"], copy.DerivedFrom, StringComparer.Ordinal);
        Assert.StartsWith("ffmpeg version", copy.Provenance!.Tool, StringComparison.Ordinal);
        Assert.DoesNotContain(copy.Provenance.Arguments, a => a.Contains(_recorded.Folder, StringComparison.Ordinal));
        Assert.Equal(64, copy.Provenance.InputSha256["original.mkv"].Length);
        var streams = await RecordingAnalyser.ProbeAsync(copy.Path);
        Assert.Equal(["h264", "aac"], streams.Codecs, StringComparer.Ordinal);
        Assert.InRange(streams.DurationSeconds, 5.9, 6.1);
        var (at1, at26, at5) = (await LumaAsync(copy.Path, 1), await LumaAsync(copy.Path, 2.6), await LumaAsync(copy.Path, 5));
        // Left: the buyer's pattern, then the slate's even grey, then the pattern again, now upright. Right: nobody, then the agent.
        Assert.True(Spread(at1, 0) > 60 && Spread(at26, 0) < 25 && Spread(at5, 0) > 60, $"left: {Spread(at1, 0)} {Spread(at26, 0)} {Spread(at5, 0)}");
        Assert.True(Spread(at1, 640) < 25 && Spread(at26, 640) > 60, $"right: {Spread(at1, 640)} {Spread(at26, 640)}");
        // White letters in the bar.
        Assert.Contains(at1.AsSpan(Width * 722, Width * 36).ToArray(), y => y > 200);
        Assert.False(File.Exists(_recorded.File("court-copy.ass")));
    }

    [Fact]
    public async Task A_call_of_voices_alone_is_a_slate_with_sound()
    {
        await _recorded.MakePlayableAsync(await _recorded.RecordAsync(new SyntheticCall(52).Add(2, Buyer, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(3)), NetworkConditions.Good)));
        var request = new CourtCopyRequest("1", "00", TimeZoneInfo.Utc);
        var result = await new CallMuxer(new MuxerOptions(), TimeProvider.System).MakeCourtCopyAsync(_recorded.OutputFolder, request, CancellationToken.None);
        Assert.Equal(("complete", ""), (result.Outcome, result.Reason));
        Assert.Equal(3, (await RecordingAnalyser.AnalyseAsync(_recorded.File("court-copy.mp4"))).Beeps.OnsetSeconds.Count);
    }

    [Fact]
    public async Task Without_a_font_it_says_which_package_to_install()
    {
        await _recorded.MakePlayableAsync(await _recorded.RecordAsync(new SyntheticCall(53).Add(2, Buyer, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(3)), NetworkConditions.Good)));
        var muxer = new CallMuxer(new MuxerOptions { FontFolder = _recorded.Folder }, TimeProvider.System);
        var result = await muxer.MakeCourtCopyAsync(_recorded.OutputFolder, new CourtCopyRequest("1", "00", TimeZoneInfo.Utc), CancellationToken.None);
        Assert.Equal("failed", result.Outcome);
        Assert.Contains("fonts-dejavu-core", result.Reason, StringComparison.Ordinal);
    }

    /// <summary>Standard deviation in a square in the middle of a tile, away from the slate's words.</summary>
    private static double Spread(byte[] luma, int x)
    {
        var values = Enumerable.Range(0, 200).SelectMany(row => luma.AsSpan((row + 400) * Width + x + 230, 180).ToArray()).Select(v => (double)v).ToList();
        var mean = values.Average();
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }

    private static async Task<byte[]> LumaAsync(string path, double at)
    {
        using var picture = new MemoryStream();
        await FfmpegTool.RunAsync("ffmpeg", ["-v", "error", "-nostdin", "-ss", $"{at}", "-i", path, "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "pipe:1"], null, output => output.CopyToAsync(picture));
        Assert.Equal(Width * Height, picture.Length);
        return picture.ToArray();
    }
}
