using System.Diagnostics;

namespace AfterSales.Video.Benchmarks;

/// <summary>Work per CPU second rather than per wall second: other programs on the machine then change little.</summary>
internal static class CpuMeter
{
    private const int Runs = 7;
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan RunLength = TimeSpan.FromMilliseconds(500);

    /// <param name="batch">Does <paramref name="operationsPerBatch"/> operations.</param>
    internal static Rate Measure(int operationsPerBatch, Action batch)
    {
        Once(operationsPerBatch, batch, WarmUp);
        var rates = Enumerable.Range(0, Runs).Select(_ => Once(operationsPerBatch, batch, RunLength)).Order().ToArray();
        return new Rate(rates[Runs / 2], rates[0], rates[^1]);
    }

    private static double Once(int operationsPerBatch, Action batch, TimeSpan length)
    {
        using var process = Process.GetCurrentProcess();
        var start = process.TotalProcessorTime;
        var operations = 0L;
        TimeSpan used;
        do
        {
            batch();
            operations += operationsPerBatch;
            process.Refresh();
            used = process.TotalProcessorTime - start;
        }
        while (used < length);
        return operations / used.TotalSeconds;
    }
}

/// <summary>Operations per CPU second over several runs.</summary>
internal readonly record struct Rate(double Median, double Lowest, double Highest)
{
    public string InThousands => $"{Median / 1000:0} ({Lowest / 1000:0}-{Highest / 1000:0})";
}
