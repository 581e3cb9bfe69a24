using System.Globalization;

namespace AfterSales.Video.Benchmarks.Record;

/// <summary>Processor time of this process, and of its named threads, from /proc (Linux), to the nanosecond.</summary>
internal static class ThreadCpu
{
    /// <summary>The whole process, with threads that have ended.</summary>
    public const string Process = "";

    /// <summary>Milliseconds since each began; threads of one name are summed. Names are cut to 15 characters by the kernel.</summary>
    public static Dictionary<string, double> Read()
    {
        var times = new Dictionary<string, double>(StringComparer.Ordinal);
        using (var process = System.Diagnostics.Process.GetCurrentProcess())
            times[Process] = process.TotalProcessorTime.TotalMilliseconds;
        foreach (var task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                var name = File.ReadAllText(Path.Combine(task, "comm")).Trim();
                var onCpuNs = File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0];
                times[name] = times.GetValueOrDefault(name) + (long.Parse(onCpuNs, CultureInfo.InvariantCulture) / 1e6);
            }
            catch (IOException)
            {
                // The thread has just ended.
            }
        }

        return times;
    }
}
