using System.Globalization;

namespace AfterSales.Video.Load.Report;

/// <summary>Whether cost grows in step with the calls, and where it stops doing so.</summary>
internal static class Saturation
{
    /// <summary>More than this late at the 99th percentile is a queue, not work.</summary>
    private const double QueueMs = 20;
    private const double TolerablePercent = 0.01;

    /// <summary>A server that loses packets or lets them queue is beyond its knee.</summary>
    public static bool IsSaturated(StepReport step) => step.LossPercent > TolerablePercent || step.LatencyP99Ms > QueueMs;

    /// <summary>A sentence with the last good step, the first bad one, and what a core would carry at the best cost seen.</summary>
    public static string Describe(IReadOnlyList<StepReport> steps)
    {
        var ordered = steps.OrderBy(s => s.Calls).ToArray();
        var bad = Array.FindIndex(ordered, IsSaturated);
        var good = ordered[..(bad < 0 ? ordered.Length : bad)];
        var costs = good.Where(s => s.Calls > 1 && s.CpuMsPerCallSecond > 0).Select(s => s.CpuMsPerCallSecond!.Value).ToArray();
        var cost = costs.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
            $" Below it a call-second costs {costs.Min():0.0} to {costs.Max():0.0} ms: one core would be full at {1000 / costs.Min():0} calls.");
        if (bad < 0)
            return ordered.Length == 0 ? "Nothing was measured." : $"No knee up to {ordered[^1].Calls} calls.{cost}";
        var blame = ordered[bad].GeneratorCpuPercent > 90 ? " (the generator was full as well: it may be its knee)" : "";
        return bad == 0 ? $"Beyond the knee already at {ordered[0].Calls} calls{blame}." : $"The knee is between {ordered[bad - 1].Calls} and {ordered[bad].Calls} calls{blame}.{cost}";
    }
}
