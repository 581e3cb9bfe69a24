using AfterSales.Video.TestKit.Media;

namespace AfterSales.Video.Recording.Tests;

/// <summary>Call → journal → files → decoded again and compared with what was sent.</summary>
public sealed class CallsAreRecordedTests : IDisposable
{
    private const int Seconds = 6;
    private static readonly TestPattern Pattern = new(320, 240);
    private static readonly Sender Buyer = new("p-buyer", "buyer", TimeSpan.FromSeconds(-93), WallClockPpm: 40, AudioPpm: -60);
    private static readonly Sender Agent = new("p-agent", "agent", TimeSpan.FromMinutes(4));
    private readonly RecordedCall _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Theory]
    [InlineData("H264", "playback.mp4")]
    [InlineData("VP8", "playback.webm")]
    public async Task A_call_comes_back_picture_by_picture_and_beep_by_beep(string codec, string playback)
    {
        var video = await VideoAsync(codec);
        var network = new NetworkConditions { JitterNs = 15_000_000 };
        var call = new SyntheticCall(1)
            .Add(1, Buyer, "camera", video, network)
            .Add(2, Buyer, "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(Seconds)), network)
            .Add(3, Agent, "microphone", await EncodedMedia.OpusAsync(2000, TimeSpan.FromSeconds(Seconds)), network, TimeSpan.FromMilliseconds(300));

        var result = await _recorded.MuxAsync(await _recorded.RecordAsync(call));

        Assert.Equal(("complete", ""), (result.Outcome, result.Reason));
        Assert.Contains(result.Files, f => f.Name == playback && f.Purpose == "playback");
        var seen = await RecordingAnalyser.AnalyseAsync(_recorded.File(playback));
        Assert.Equal(Seconds * 30, seen.DistinctCounters);
        Assert.Equal((0, 0), (seen.UnreadableFrames, seen.BackwardSteps));
        Assert.InRange(seen.WorstColourError, 0, 12);
        Assert.Equal(Seconds, seen.Beeps.OnsetSeconds.Count);
        Assert.InRange(seen.WorstAvOffsetSeconds, 0, 0.040);
        Assert.InRange(seen.Streams.DurationSeconds, Seconds - 0.1, Seconds + 0.5);
        var agent = await RecordingAnalyser.AnalyseAsync(_recorded.File(playback), toneHz: 2000);
        Assert.Equal(Seconds, agent.Beeps.OnsetSeconds.Count);
        Assert.InRange(agent.Beeps.OnsetSeconds[1], 1.3 - 0.04, 1.3 + 0.04);
    }

    private static Task<EncodedMedia> VideoAsync(string codec) =>
        codec == "H264" ? EncodedMedia.H264Async(Pattern, Seconds * 30) : EncodedMedia.Vp8Async(Pattern, Seconds * 30);
}
