using AfterSales.Video.Load.Content;
using AfterSales.Video.Load.Report;
using AfterSales.Video.Load.Servers;
using AfterSales.Video.Load.Traffic;

namespace AfterSales.Video.Load.Tests;

/// <summary>The generator against a hub process, as `make bench-peers` does it, only smaller.</summary>
public sealed class LoadOnOurHubTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Two_recorded_calls_arrive_whole_and_are_measured()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var cache = Directory.CreateTempSubdirectory("aftersales-clips-");
        try
        {
            var content = await new ClipCache(cache.FullName).CallAsync("VP8", seconds: 2);
            await using var hub = await HubProcess.StartAsync(HubProcess.FindServer(), core: null, patience.Token);
            var step = await LoadStep.RunAsync(hub, content, new StepOptions(2, TimeSpan.Zero, TimeSpan.FromSeconds(3)), endCalls: true, patience.Token);
            new LoadReport(Environs.Here(), [Saturation.Describe([step])], [step]).WriteMarkdown(new TestWriter(output));

            Assert.Equal((0, 0, 0, 0), (step.Lost, step.Altered, step.Duplicated, step.GeneratorRefused));
            // A busy machine sends late, but not less.
            Assert.InRange(step.Sent / (2 * content.PacketsPerSecond * step.MeasuredSeconds), 0.7, 1.3);
            Assert.InRange(step.LatencyMedianMs, 0.01, 400);
            Assert.True(step.LatencyP99Ms >= step.LatencyMedianMs && step.SetUpMedianMs > 0);
            Assert.True(step.CpuMsPerCallSecond > 0 && step.ResidentMiB > 20 && step.ThreadMsPerCallSecond.Count > 0);
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_call_s_content_is_made_once_and_is_what_the_comparison_asks_for()
    {
        var cache = Directory.CreateTempSubdirectory("aftersales-clips-");
        try
        {
            var made = await new ClipCache(cache.FullName).CallAsync("H264", seconds: 2);
            var files = cache.GetFiles().Select(f => f.LastWriteTimeUtc).ToArray();
            var kept = await new ClipCache(cache.FullName).CallAsync("H264", seconds: 2);
            Assert.Equal(files, cache.GetFiles().Select(f => f.LastWriteTimeUtc));
            Assert.Equal(made.BuyerVideo.Frames.SelectMany(f => f.Payloads), kept.BuyerVideo.Frames.SelectMany(f => f.Payloads));
            // The encoder makes as many slices as there are cores.
            Assert.InRange(made.PacketsPerSecond, 230, 450);
            Assert.InRange(made.BuyerVideo.BitsPerSecond, 0.9e6, 1.5e6);
            Assert.Equal(60, made.BuyerVideo.Frames.Count);
            Assert.Single(made.BuyerVideo.Frames, f => f.IsKey);
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }

    private sealed class TestWriter(ITestOutputHelper output) : StringWriter
    {
        public override void WriteLine(string? value) => output.WriteLine(value ?? "");
    }
}
