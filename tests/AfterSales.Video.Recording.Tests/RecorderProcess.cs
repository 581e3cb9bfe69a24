using System.Diagnostics;
using System.Globalization;

namespace AfterSales.Video.Recording.Tests;

/// <summary>A recorder in a process of its own, to be killed or to have its system calls fail.</summary>
internal sealed class RecorderProcess : IDisposable
{
    private readonly Process _process;

    private RecorderProcess(Process process) => _process = process;

    /// <param name="under">A command and its arguments to run it under, for example strace.</param>
    public static RecorderProcess Start(string spool, int rounds, params string[] under)
    {
        var probe = Path.Combine(AppContext.BaseDirectory.Replace("Recording.Tests", "MediaProbe", StringComparison.Ordinal), "AfterSales.Video.MediaProbe.dll");
        string[] command = [.. under, "dotnet", probe, "write-journal", spool, rounds.ToString(CultureInfo.InvariantCulture)];
        var start = new ProcessStartInfo(command[0]) { UseShellExecute = false, RedirectStandardOutput = true };
        // Its runtime is not what is measured: less of it starts sooner.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_gcServer"] = "0";
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        return new RecorderProcess(Process.Start(start)!);
    }

    /// <summary>Kills it (SIGKILL) after so many rounds.</summary>
    /// <returns>Time of the last round handed to the recorder before it died.</returns>
    public async Task<long> KillAfterAsync(int rounds)
    {
        var lastNs = 0L;
        for (var i = 0; i < rounds && await _process.StandardOutput.ReadLineAsync() is { } line;)
        {
            if (!TryRead(line, out var ns))
                continue;
            lastNs = ns;
            i++;
        }

        _process.Kill();
        foreach (var line in (await _process.StandardOutput.ReadToEndAsync()).Split('\n'))
            lastNs = TryRead(line, out var ns) ? ns : lastNs;
        await _process.WaitForExitAsync();
        return lastNs;
    }

    /// <summary>Waits for its own end.</summary>
    public async Task<RecorderRun> FinishAsync()
    {
        var lines = (await _process.StandardOutput.ReadToEndAsync()).Split('\n');
        await _process.WaitForExitAsync();
        Assert.Equal(0, _process.ExitCode);
        var stopped = lines.Single(l => l.StartsWith("stopped ", StringComparison.Ordinal)).Split(' ');
        return new RecorderRun(
            [.. lines.Where(l => TryRead(l, out _)).Select(l => { _ = TryRead(l, out var ns); return ns; })], bool.Parse(stopped[1]),
            long.Parse(stopped[2], CultureInfo.InvariantCulture),
            [.. lines.Where(l => l.StartsWith("alarm ", StringComparison.Ordinal)).Select(l => l["alarm ".Length..])]);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    // A line without its semicolon was cut by the kill.
    private static bool TryRead(string line, out long ns)
    {
        ns = 0;
        return line.EndsWith(';') && long.TryParse(line.AsSpan(0, line.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out ns);
    }
}

/// <param name="RoundNs">Times handed over, in order.</param>
internal sealed record RecorderRun(IReadOnlyList<long> RoundNs, bool Complete, long Dropped, IReadOnlyList<string> Alarms);
