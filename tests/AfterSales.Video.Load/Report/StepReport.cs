using AfterSales.Video.Load.Content;
using AfterSales.Video.Load.Traffic;

namespace AfterSales.Video.Load.Report;

/// <summary>What one step showed. Times in milliseconds; figures of the server are null when its process is not known.</summary>
internal sealed record StepReport
{
    public required string Server { get; init; }
    public required int Calls { get; init; }
    public required double MeasuredSeconds { get; init; }
    public required string VideoCodec { get; init; }
    public required double ContentPacketsPerSecondPerCall { get; init; }
    public required double ContentMegabitsPerSecondPerCall { get; init; }
    public required double SentPacketsPerSecond { get; init; }
    public required double ReceivedPacketsPerSecond { get; init; }
    public required long Sent { get; init; }
    public required long Lost { get; init; }
    public required double LossPercent { get; init; }
    public required long Altered { get; init; }
    public required long Duplicated { get; init; }
    public required long KeyFrameRequests { get; init; }
    public required double LatencyMedianMs { get; init; }
    public required double LatencyP99Ms { get; init; }
    public required double LatencyMaxMs { get; init; }
    public required double SetUpMedianMs { get; init; }
    public required double SetUpP95Ms { get; init; }
    public required double SetUpMaxMs { get; init; }
    public required double? CpuMsPerCallSecond { get; init; }
    public required double? CpuSecondsPerMediaMinute { get; init; }
    public required double? CpuPercentOfCore { get; init; }
    public required double? ResidentIdleMiB { get; init; }
    public required double? ResidentMiB { get; init; }
    public required double? ResidentPerCallMiB { get; init; }

    /// <summary>The server's threads that took most, milliseconds per call-second by name.</summary>
    public required IReadOnlyDictionary<string, double> ThreadMsPerCallSecond { get; init; }

    /// <summary>Above 90 the generator, not the server, sets the limits.</summary>
    public required double GeneratorCpuPercent { get; init; }

    /// <summary>How late the generator's own timers ran: it is in the latencies too.</summary>
    public required double GeneratorLatenessP99Ms { get; init; }

    /// <summary>Packets that the kernel did not take from the generator.</summary>
    public required long GeneratorRefused { get; init; }

    public static StepReport From(string server, StepOptions options, CallContent content, MemoryUse memory, WindowReport window, IReadOnlyList<TimeSpan> setUps)
    {
        var (traffic, seconds) = (window.Traffic, window.Elapsed.TotalSeconds);
        var callSeconds = seconds * options.Calls;
        var cpu = window.After?.Cpu - window.Before?.Cpu;
        var sorted = setUps.Select(s => s.TotalMilliseconds).Order().ToArray();
        return new StepReport
        {
            Server = server,
            Calls = options.Calls,
            MeasuredSeconds = seconds,
            VideoCodec = content.BuyerVideo.Codec,
            ContentPacketsPerSecondPerCall = content.PacketsPerSecond,
            ContentMegabitsPerSecondPerCall = content.BitsPerSecond / 1e6,
            SentPacketsPerSecond = traffic.Sent / seconds,
            ReceivedPacketsPerSecond = traffic.Received / seconds,
            Sent = traffic.Sent,
            Lost = traffic.Sent - traffic.Received,
            LossPercent = traffic.Sent == 0 ? 0 : 100.0 * (traffic.Sent - traffic.Received) / traffic.Sent,
            Altered = traffic.Altered,
            Duplicated = traffic.Duplicated,
            KeyFrameRequests = traffic.KeyFrameRequests,
            LatencyMedianMs = traffic.Latency.Percentile(0.5),
            LatencyP99Ms = traffic.Latency.Percentile(0.99),
            LatencyMaxMs = traffic.Latency.MaxMs,
            SetUpMedianMs = At(sorted, 0.5),
            SetUpP95Ms = At(sorted, 0.95),
            SetUpMaxMs = At(sorted, 1),
            CpuMsPerCallSecond = cpu?.TotalMilliseconds / callSeconds,
            CpuSecondsPerMediaMinute = cpu?.TotalSeconds * 60 / callSeconds,
            CpuPercentOfCore = cpu?.TotalSeconds * 100 / seconds,
            ResidentIdleMiB = memory.Idle?.ResidentMiB,
            ResidentMiB = window.After?.ResidentMiB,
            ResidentPerCallMiB = options.Calls == 1 ? window.After?.ResidentMiB - memory.Idle?.ResidentMiB
                : (window.After?.ResidentMiB - memory.FirstCall?.ResidentMiB) / (options.Calls - 1),
            ThreadMsPerCallSecond = Threads(window, callSeconds),
            GeneratorCpuPercent = window.OwnCpu.TotalSeconds * 100 / seconds,
            GeneratorLatenessP99Ms = traffic.Lateness.Percentile(0.99),
            GeneratorRefused = traffic.Refused,
        };
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];

    private static Dictionary<string, double> Threads(WindowReport window, double callSeconds) => window.After is null || window.Before is null ? [] : window.After.ThreadCpu
        .Select(t => (t.Key, Value: (t.Value - window.Before.ThreadCpu.GetValueOrDefault(t.Key)).TotalMilliseconds / callSeconds))
        .Where(t => t.Value >= 0.05).OrderByDescending(t => t.Value).Take(12)
        .ToDictionary(t => t.Key, t => Math.Round(t.Value, 2), StringComparer.Ordinal);
}
