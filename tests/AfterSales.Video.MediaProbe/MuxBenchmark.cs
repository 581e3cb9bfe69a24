using System.Diagnostics;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.TestKit.Media;
using AfterSales.Video.TestKit.Time;

namespace AfterSales.Video.MediaProbe;

/// <summary>Records a long call (720p at 0.8 Mbit/s, two voices) in moved time and says how long the mux takes.</summary>
internal static class MuxBenchmark
{
    private const int LoopSeconds = 10;

    public static async Task<int> RunAsync(string folder, int seconds, string codec)
    {
        var time = new ManualTimeProvider();
        using var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = Path.Combine(folder, "spool"), MaxBlocksInFlight = 1_000_000 }, time);
        var session = await recorder.StartAsync(JournalToKill.Header(), default, CancellationToken.None);
        var call = await CallAsync(seconds, codec);
        var clock = Stopwatch.StartNew();
        var (last, own) = (TimeSpan.Zero, Process.GetCurrentProcess());
        var cpu = own.TotalProcessorTime;
        call.Play(session, at =>
        {
            time.Advance(at > last ? at - last : TimeSpan.Zero);
            last = at > last ? at : last;
        });
        var summary = await session.StopAsync("done", CancellationToken.None);
        own.Refresh();
        Console.WriteLine($"recorded {summary.Packets} packets in {summary.Blocks} blocks, {new FileInfo(summary.JournalPath).Length >> 20} MiB: {clock.Elapsed.TotalSeconds:0.0} s, CPU {(own.TotalProcessorTime - cpu).TotalSeconds:0.0} s");
        clock.Restart();
        own.Refresh();
        cpu = own.TotalProcessorTime;
        var result = await new CallMuxer(new MuxerOptions(), TimeProvider.System).MuxAsync(summary.JournalPath, default, Path.Combine(folder, "out"), CancellationToken.None);
        own.Refresh();
        Console.WriteLine($"muxed {result.Duration}: {result.Outcome} {result.Reason} in {clock.Elapsed.TotalSeconds:0.0} s, own CPU {(own.TotalProcessorTime - cpu).TotalSeconds:0.0} s");
        return 0;
    }

    private static async Task<SyntheticCall> CallAsync(int seconds, string codec)
    {
        var (pattern, length) = (new TestPattern(1280, 720), TimeSpan.FromSeconds(LoopSeconds));
        var video = codec == "H264" ? await EncodedMedia.H264Async(pattern, LoopSeconds * 30) : await EncodedMedia.Vp8Async(pattern, LoopSeconds * 30);
        var (buyer, agent) = (new Sender("p1", "buyer", AudioPpm: 30), new Sender("p2", "agent"));
        return new SyntheticCall(1)
            .Add(1, buyer, "camera", Loop(video, seconds), NetworkConditions.Good)
            .Add(2, buyer, "microphone", Loop(await EncodedMedia.OpusAsync(1000, length), seconds), NetworkConditions.Good)
            .Add(3, agent, "microphone", Loop(await EncodedMedia.OpusAsync(2000, length), seconds), NetworkConditions.Good);
    }

    private static EncodedMedia Loop(EncodedMedia media, int seconds) =>
        media with { Frames = [.. Enumerable.Repeat(media.Frames, Math.Max(1, seconds / LoopSeconds)).SelectMany(f => f)] };
}
