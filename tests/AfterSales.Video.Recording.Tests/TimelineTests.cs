using AfterSales.Video.Recording.Timeline;
using AfterSales.Video.TestKit.Media;

namespace AfterSales.Video.Recording.Tests;

/// <summary>Clocks: what sender reports say, and how far it is believed.</summary>
public sealed class TimelineTests : IDisposable
{
    private readonly RecordedCall _recorded = new();

    public void Dispose() => _recorded.Dispose();

    [Fact]
    public void A_line_is_not_pulled_away_by_reports_that_lie()
    {
        var random = new Random(5);
        var points = Enumerable.Range(0, 20).Select(i => (X: (double)i, Y: 100 + i * 1.0003 + random.NextDouble() * 0.001)).ToArray();
        foreach (var i in new[] { 3, 8, 9, 15, 19 })
            points[i].Y += i % 2 == 0 ? 7 : -0.4;
        var line = Line.Fit(points);
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal(100 + i * 1.0003, line.At(i), 0.002));
    }

    [Fact]
    public void Three_reports_give_an_offset_and_no_slope() =>
        Assert.Equal(1, Line.Fit([(0, 10), (1, 11.01), (2, 12.02)]).Slope);

    /// <summary>Two hours, both clocks of the sender 500 ppm off in opposite ways: 3.6 s apart at the end if nobody corrected it, 7.2 s in all.</summary>
    [Theory]
    [InlineData(500, -500)]
    [InlineData(-500, 500)]
    public async Task Two_hours_with_skewed_clocks_do_not_drift(double wallPpm, double audioPpm)
    {
        const int seconds = 7200;
        var sender = new Sender("p-buyer", "buyer", TimeSpan.FromDays(3), wallPpm, audioPpm);
        // Packets of 60 ms and a picture a second, a few bytes each: only their times matter here.
        var voice = new EncodedMedia("opus", 48_000, 2880, [.. Enumerable.Repeat(new EncodedFrame([[0x18, 1, 2]], IsKey: true), seconds * 1000 / 60)]);
        var pictures = await EncodedMedia.H264Async(new TestPattern(64, 64), 2, 0, 1);
        var video = pictures with { TicksPerFrame = 90_000, Frames = [.. Enumerable.Range(0, seconds).Select(i => pictures.Frames[i % 2])] };
        var network = new NetworkConditions { JitterNs = 20_000_000 };
        var summary = await _recorded.RecordAsync(new SyntheticCall(31).Add(1, sender, "camera", video, network).Add(2, sender, "microphone", voice, network));
        var (timeline, times) = Read(summary.JournalPath);
        Assert.All(timeline.Tracks, t => Assert.True(t.BySenderReports));
        var (pictureTimes, voiceTimes) = (times[0], times[1]);
        Assert.Equal((seconds, seconds * 1000 / 60), (pictureTimes.Count, voiceTimes.Count));
        // Picture n and the voice packet of the same moment must be at the same time, all through, and that the true one.
        var offsets = Enumerable.Range(0, seconds / 3).Select(i => voiceTimes[i * 50] - pictureTimes[i * 3]).Select(Math.Abs).Order().ToList();
        Assert.InRange(offsets[offsets.Count * 95 / 100], 0, 0.010);
        Assert.InRange(offsets[^1], 0, 0.040);
        Assert.All(Enumerable.Range(0, seconds), i => Assert.InRange(pictureTimes[i] - pictureTimes[0] - i, -0.030, 0.030));
    }

    [Fact]
    public async Task A_report_whose_clock_stepped_does_not_move_the_picture()
    {
        var pattern = new TestPattern(64, 64);
        var call = new SyntheticCall(32)
            .Add(1, new Sender("p-buyer", "buyer"), "camera", await EncodedMedia.H264Async(pattern, 300, 0, 30), NetworkConditions.Good)
            .Add(2, new Sender("p-buyer", "buyer", TimeSpan.FromHours(1)), "microphone", await EncodedMedia.OpusAsync(1000, TimeSpan.FromSeconds(10)), NetworkConditions.Good);
        var (_, times) = Read((await _recorded.RecordAsync(call)).JournalPath);
        // The two tracks of one person contradict each other by an hour: each is held within 500 ms of its arrival.
        Assert.All(times, track => Assert.InRange(track[^1] - track[0], 9.4, 10.6));
        Assert.All(times.SelectMany(t => t), t => Assert.InRange(t, 0, 11));
    }

    [Fact]
    public async Task What_waits_does_not_grow_with_the_call()
    {
        // Two packets in a hundred never come: each hole is waited for, no hole for long.
        var voice = new EncodedMedia("opus", 48_000, 2880, [.. Enumerable.Repeat(new EncodedFrame([new byte[1000]], IsKey: true), 20_000)]);
        var summary = await _recorded.RecordAsync(new SyntheticCall(33).Add(2, new Sender("p", "buyer"), "microphone", voice, new NetworkConditions { Loss = 0.02 }));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var peak = 0L;
        Read(summary.JournalPath, n => peak = n % 2000 == 0 ? Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true) - before) : peak);
        Assert.InRange(peak, 0, 8 << 20);
    }

    private static (CallTimeline Timeline, List<double>[] Times) Read(string journalPath, Action<int>? onFrame = null)
    {
        Assert.True(JournalSource.TryOpen(journalPath, RecordedCall.DataKey, out var first, out var problem), problem);
        using var opened = first;
        Assert.True(CallIndexer.TryIndex(first, CancellationToken.None, out var index, out problem), problem);
        var timeline = CallTimeline.Build(index);
        var times = timeline.Tracks.ToDictionary(t => t, _ => new List<double>());
        Assert.True(JournalSource.TryOpen(journalPath, RecordedCall.DataKey, out var second, out _));
        using var again = second;
        var frames = 0;
        CallStream.Read(
            second, timeline,
            (in TimedFrame frame, ReadOnlySpan<byte> _) =>
            {
                times[frame.Track].Add(frame.TimeNs / 1e9);
                onFrame?.Invoke(frames++);
            }, static (in Journal.StillRecord _, ReadOnlySpan<byte> _) => { }, CancellationToken.None);
        return (timeline, [.. timeline.Tracks.Select(t => times[t])]);
    }
}
