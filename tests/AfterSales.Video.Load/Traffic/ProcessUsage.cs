using System.Globalization;

namespace AfterSales.Video.Load.Traffic;

/// <summary>Processor time and memory of a process, from /proc (Linux). Children that it starts are not in it.</summary>
/// <param name="Cpu">User and system time since the process began.</param>
/// <param name="ResidentMiB">VmRSS.</param>
/// <param name="ThreadCpu">By thread name, as the kernel knows it (15 characters); threads that differ in a number only are summed.</param>
internal sealed record ProcessUsage(TimeSpan Cpu, double ResidentMiB, IReadOnlyDictionary<string, TimeSpan> ThreadCpu)
{
    private const double TicksPerSecond = 100;

    public static ProcessUsage Read(int processId)
    {
        var folder = $"/proc/{processId.ToString(CultureInfo.InvariantCulture)}";
        if (!TryParseStat(File.ReadAllText(folder + "/stat"), out var cpu) || !TryParseStatus(File.ReadAllText(folder + "/status"), out var resident))
            throw new InvalidOperationException($"{folder} does not read as Linux writes it.");
        return new ProcessUsage(cpu, resident, Threads(folder));
    }

    /// <summary>Fields 14 and 15 of proc(5) stat; the name before them may hold anything, spaces and brackets too. Never throws.</summary>
    public static bool TryParseStat(string stat, out TimeSpan cpu)
    {
        cpu = default;
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 13 || !uint.TryParse(fields[11], NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            || !uint.TryParse(fields[12], NumberStyles.None, CultureInfo.InvariantCulture, out var system))
            return false;
        cpu = TimeSpan.FromSeconds(((double)user + system) / TicksPerSecond);
        return true;
    }

    /// <summary>Never throws.</summary>
    public static bool TryParseStatus(string status, out double residentMiB)
    {
        residentMiB = 0;
        var line = status.Split('\n').FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        var number = line?["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        if (!uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes))
            return false;
        residentMiB = kilobytes / 1024.0;
        return true;
    }

    private static Dictionary<string, TimeSpan> Threads(string folder)
    {
        var times = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var task in Directory.EnumerateDirectories(folder + "/task"))
        {
            try
            {
                var name = File.ReadAllText(Path.Combine(task, "comm")).Trim().TrimEnd("0123456789 ".ToCharArray());
                var onCpuNs = long.Parse(File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture);
                times[name] = times.GetValueOrDefault(name) + TimeSpan.FromTicks(onCpuNs / 100);
            }
            catch (IOException)
            {
                // The thread has just ended.
            }
        }

        return times;
    }
}
