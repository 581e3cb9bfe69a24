using System.Diagnostics;
using System.Globalization;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.TestKit.Media;
using AfterSales.Video.TestKit.Time;

namespace AfterSales.Video.MediaProbe;

/// <summary>
/// Records a long call (720p and two voices, 1.2 Mbit/s in all, encrypted) in moved time; then a process of its own, as warm as a server that has
/// muxed before, says how long it takes from the end of the journal to what plays, and how much memory.
/// </summary>
internal static class MuxBenchmark
{
    private const int LoopSeconds = 10;
    private const int VideoKilobits = 1136;
    private const int Runs = 5;
    private static readonly byte[] DataKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static async Task<int> RunAsync(string folder, int seconds, string codec)
    {
        await RecordAsync(folder, seconds, codec);
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["mux-again", folder]) { UseShellExecute = false };
        using var mux = Process.Start(start)!;
        await mux.WaitForExitAsync();
        return mux.ExitCode;
    }

    /// <summary>Muxes what <see cref="RunAsync"/> recorded, several times.</summary>
    public static async Task<int> MuxAsync(string folder)
    {
        var (muxer, walls, cpus) = (new CallMuxer(new MuxerOptions(), TimeProvider.System), new List<double>(), new List<double>());
        var (journal, output) = (Path.Combine(folder, "spool", "rec-1"), Path.Combine(folder, "out"));
        MuxResult? result = null;
        for (var i = 0; i < Runs; i++)
        {
            var (clock, cpu) = (Stopwatch.StartNew(), Cpu());
            result = await muxer.MakePlayableAsync(journal, DataKey, output, CancellationToken.None);
            walls.Add(clock.Elapsed.TotalSeconds);
            cpus.Add(Cpu() - cpu);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"playable {i + 1}: {walls[^1]:0.00} s, CPU {cpus[^1]:0.00} s, managed {GC.GetTotalMemory(false) >> 20} MiB"));
        }

        var own = Process.GetCurrentProcess();
        var median = walls.Order().ElementAt(Runs / 2);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"playable: {result!.Outcome} {result.Reason}, {result.Duration}, median {median:0.00} s ({result.Duration.TotalSeconds / median:0} times real time), CPU {cpus.Order().ElementAt(Runs / 2):0.00} s, peak memory {own.PeakWorkingSet64 >> 20} MiB"));
        var whole = Stopwatch.StartNew();
        var complete = await muxer.CompleteAsync(output, CancellationToken.None);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"complete: {complete.Outcome} {complete.Reason} in {whole.Elapsed.TotalSeconds:0.0} s"));
        return result.Outcome == "complete" && complete.Outcome == "complete" ? 0 : 1;
    }

    private static async Task RecordAsync(string folder, int seconds, string codec)
    {
        var time = new ManualTimeProvider();
        using var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = Path.Combine(folder, "spool"), MaxBlocksInFlight = 1_000_000 }, time);
        var session = await recorder.StartAsync(JournalToKill.Header(), DataKey, CancellationToken.None);
        var call = await CallAsync(seconds, codec);
        var (clock, cpu, last) = (Stopwatch.StartNew(), Cpu(), TimeSpan.Zero);
        call.Play(session, at =>
        {
            time.Advance(at > last ? at - last : TimeSpan.Zero);
            last = at > last ? at : last;
        });
        var summary = await session.StopAsync("done", CancellationToken.None);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"recorded {summary.Packets} packets in {summary.Blocks} blocks, {new FileInfo(summary.JournalPath).Length >> 20} MiB: {clock.Elapsed.TotalSeconds:0.0} s, CPU {Cpu() - cpu:0.0} s"));
    }

    private static async Task<SyntheticCall> CallAsync(int seconds, string codec)
    {
        var length = TimeSpan.FromSeconds(LoopSeconds);
        var (buyer, agent) = (new Sender("p1", "buyer", AudioPpm: 30), new Sender("p2", "agent"));
        return new SyntheticCall(1)
            .Add(1, buyer, "camera", Loop(await EncodedMedia.BusyAsync(codec, VideoKilobits, LoopSeconds), seconds), NetworkConditions.Good)
            .Add(2, buyer, "microphone", Loop(await EncodedMedia.OpusAsync(1000, length), seconds), NetworkConditions.Good)
            .Add(3, agent, "microphone", Loop(await EncodedMedia.OpusAsync(2000, length), seconds), NetworkConditions.Good);
    }

    private static EncodedMedia Loop(EncodedMedia media, int seconds) =>
        media with { Frames = [.. Enumerable.Repeat(media.Frames, Math.Max(1, seconds / LoopSeconds)).SelectMany(f => f)] };

    private static double Cpu()
    {
        using var own = Process.GetCurrentProcess();
        return own.TotalProcessorTime.TotalSeconds;
    }
}
