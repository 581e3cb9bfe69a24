using AfterSales.Video.Load.Content;
using AfterSales.Video.Load.Servers;
using AfterSales.Video.Load.Traffic;

namespace AfterSales.Video.Benchmarks.Hub;

/// <summary>A whole hub under recorded two-party calls over WHIP and WHEP, the load of `make bench-peers`: resident memory and processor time.</summary>
internal sealed class HubBenchmark : IBenchmark
{
    private const int Calls = 10;

    /// <summary>The code that every packet runs through is compiled three times in the first half minute.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(20);

    public string Name => "hub";
    public string Title => $"The whole hub: memory and processor of {Calls} recorded two-party calls";

    public void Run(TextWriter output) => RunAsync(output).GetAwaiter().GetResult();

    private static async Task RunAsync(TextWriter output)
    {
        var content = await new ClipCache(".cache/load").CallAsync("VP8", seconds: 10);
        await using var hub = await HubProcess.StartAsync(HubProcess.FindServer(), core: null, CancellationToken.None);
        var step = await LoadStep.RunAsync(hub, content, new StepOptions(Calls, Settle, Measured), endCalls: false, CancellationToken.None);
        output.WriteLine("| | |\n|---|---|");
        output.WriteLine($"| resident after start, idle | {step.ResidentIdleMiB:F0} MiB |");
        output.WriteLine($"| resident in {Calls} calls | {step.ResidentMiB:F0} MiB |");
        output.WriteLine($"| a further recorded two-party call adds | {step.ResidentPerCallMiB:F1} MiB |");
        output.WriteLine($"| processor per recorded call-second | {step.CpuMsPerCallSecond:F1} ms |");
        output.WriteLine($"| of it by thread, ms | {string.Join(", ", step.ThreadMsPerCallSecond.Select(t => $"{t.Key} {t.Value:F1}"))} |");
        output.WriteLine($"| packets lost of {step.Sent} | {step.Lost} |");
        output.WriteLine($"| latency, median and 99th percentile | {step.LatencyMedianMs:F2} and {step.LatencyP99Ms:F1} ms |");
    }
}
