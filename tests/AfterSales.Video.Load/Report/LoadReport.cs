using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AfterSales.Video.Load.Report;

/// <summary>Where the figures come from.</summary>
internal sealed record Environs(string Processor, int Cores, string Kernel, string Runtime, DateTimeOffset At)
{
    public static Environs Here() => new(
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown",
        File.ReadLines("/proc/cpuinfo").Count(l => l.StartsWith("processor", StringComparison.Ordinal)),
        File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), Environment.Version.ToString(), TimeProvider.System.GetUtcNow());
}

/// <summary>All steps of a run, as JSON for machines and as Markdown for people.</summary>
/// <param name="Notes">What a reader must know: pinning, settings tried, what was left out.</param>
internal sealed record LoadReport(Environs Environs, IReadOnlyList<string> Notes, IReadOnlyList<StepReport> Steps)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public void WriteMarkdown(TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Environs.Processor}, {Environs.Cores} cores, Linux {Environs.Kernel}, .NET {Environs.Runtime}, {Environs.At:yyyy-MM-dd HH:mm} UTC. {ContentOf()}\n"));
        output.WriteLine("| server | calls | packets/s out | lost | latency p50 / p99, ms | set-up p50 / p95, ms | CPU ms per call-second | CPU s per media minute | core | memory, MiB | per call | generator |");
        output.WriteLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var s in Steps)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {s.Server} | {s.Calls} | {s.ReceivedPacketsPerSecond:0} | {LossOf(s)} | {s.LatencyMedianMs:0.00} / {s.LatencyP99Ms:0.0} | {s.SetUpMedianMs:0} / {s.SetUpP95Ms:0} | {s.CpuMsPerCallSecond:0.0} | {s.CpuSecondsPerMediaMinute:0.00} | {s.CpuPercentOfCore:0} % | {s.ResidentMiB:0} | {s.ResidentPerCallMiB:0.00} | {s.GeneratorCpuPercent:0} % |"));
        }

        output.WriteLine();
        foreach (var note in Notes)
            output.WriteLine($"- {note}");
        foreach (var s in Steps.Where(s => s.ThreadMsPerCallSecond.Count > 0).GroupBy(s => s.Server, StringComparer.Ordinal).Select(g => g.MaxBy(s => s.Calls)!))
            output.WriteLine($"- Threads of {s.Server} at {s.Calls} calls, ms per call-second: {string.Join(", ", s.ThreadMsPerCallSecond.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Key} {t.Value:0.0}")))}");
    }

    private string ContentOf() => Steps.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
        $"One call: {Steps[0].ContentPacketsPerSecondPerCall:0} packets/s and {Steps[0].ContentMegabitsPerSecondPerCall:0.00} Mbit/s each way ({Steps[0].VideoCodec}, Opus).");

    private static string LossOf(StepReport s) => s.Lost == 0 && s.Altered == 0 ? "0"
        : string.Create(CultureInfo.InvariantCulture, $"{s.Lost} ({s.LossPercent:0.00} %){(s.Altered == 0 ? "" : $", {s.Altered} altered")}");
}
