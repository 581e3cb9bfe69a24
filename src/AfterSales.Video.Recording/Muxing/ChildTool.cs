using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using AfterSales.Video.Native;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>
/// Runs ffmpeg or ffprobe once: arguments as a list, empty environment, its own process group with limits of memory, processor time and open files, low
/// priority, output drained and capped; the group is killed when it makes no progress or takes too long.
/// </summary>
internal sealed class ChildTool(string path, MuxerOptions options, TimeProvider time)
{
    private const int ErrorCap = 8 * 1024;
    private const int ProbeLength = 64 * 1024;

    // From util-linux and coreutils. Each replaces itself by the next, so the process id stays and leads the group.
    private static readonly string? Limits = ToolFinder.Find("prlimit");
    private static readonly string? Session = ToolFinder.Find("setsid");
    private static readonly string? Nice = ToolFinder.Find("nice");

    public async Task<ToolResult> RunAsync(ToolRun run, CancellationToken ct)
    {
        using var process = new Process { StartInfo = Prepare(run) };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return new ToolResult(false, "", $"{path} does not start: {e.Message}");
        }

        process.StandardInput.Close();
        return await WatchAsync(process, run, ct);
    }

    private ProcessStartInfo Prepare(ToolRun run)
    {
        var limit = (long)run.Limit(options).TotalSeconds * Environment.ProcessorCount + 1;
        List<string> command =
        [
            .. Limits is null ? [] : new[] { Limits, $"--as={options.MaxMemoryBytes}", $"--cpu={limit}", "--nofile=256", "--core=0" },
            .. Session is null ? [] : new[] { Session },
            .. Nice is null ? [] : new[] { Nice, "-n", $"{run.Niceness}" },
            path,
            .. run.Arguments,
        ];
        var start = new ProcessStartInfo(command[0])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = run.Folder,
        };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        // The tool needs none of the server's environment, which may hold secrets.
        start.Environment.Clear();
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    private async Task<ToolResult> WatchAsync(Process process, ToolRun run, CancellationToken ct)
    {
        var limit = run.Limit(options);
        using var watchdog = new CancellationTokenSource(options.StallTimeout, time);
        using var deadline = new CancellationTokenSource(limit, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(ct, watchdog.Token, deadline.Token);
        await using var kill = any.Token.Register(() => Kill(process));
        var errors = DrainAsync(process.StandardError, ErrorCap, keepEnd: true, static _ => { });
        var output = run.OnData is { } take ? PumpAsync(process.StandardOutput.BaseStream, take, Progressed) : ReadAsync(process.StandardOutput, run.OutputCap, Progressed);
        await process.WaitForExitAsync(CancellationToken.None);
        var (text, words) = (await output, await errors);
        ct.ThrowIfCancellationRequested();
        if (watchdog.IsCancellationRequested)
            return new ToolResult(false, text, $"no progress for {options.StallTimeout.TotalSeconds:0} s, killed");
        if (deadline.IsCancellationRequested)
            return new ToolResult(false, text, $"not finished after {limit.TotalMinutes:0} minutes, killed");
        return process.ExitCode == 0 ? new ToolResult(true, text, words) : new ToolResult(false, text, $"exit code {process.ExitCode}: {words.Trim()}");

        void Progressed() => watchdog.CancelAfter(options.StallTimeout);
    }

    private static void Kill(Process process)
    {
        try
        {
            if (Session is not null)
                ProcessGroup.Kill(process.Id);
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
    }

    /// <summary>ffmpeg reports every half second whether it moves or not; only a moved position counts.</summary>
    private static Task<string> ReadAsync(StreamReader output, int cap, Action progressed)
    {
        var last = "";
        return DrainAsync(output, cap, keepEnd: false, line =>
        {
            var isPosition = line.StartsWith("out_time_us=", StringComparison.Ordinal) || line.StartsWith("frame:", StringComparison.Ordinal);
            if (!isPosition || line == last)
                return;
            last = line;
            progressed();
        });
    }

    private static async Task<string> PumpAsync(Stream output, Action<ReadOnlySpan<byte>> take, Action progressed)
    {
        var buffer = new byte[ProbeLength];
        while (await output.ReadAsync(buffer, CancellationToken.None) is > 0 and var read)
        {
            take(buffer.AsSpan(0, read));
            progressed();
        }

        return "";
    }

    private static async Task<string> DrainAsync(StreamReader reader, int cap, bool keepEnd, Action<string> onLine)
    {
        var kept = new StringBuilder();
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
        {
            onLine(line);
            if (keepEnd || kept.Length < cap)
                kept.Append(line, 0, Math.Min(line.Length, cap)).Append('\n');
            if (kept.Length > 2 * cap)
                kept.Remove(0, kept.Length - cap);
        }

        return kept.ToString(Math.Max(0, keepEnd ? kept.Length - cap : 0), Math.Min(kept.Length, cap));
    }
}

/// <param name="Folder">Where it runs; file names in the arguments are relative to it, so that they say nothing about the machine.</param>
internal sealed record ToolRun(string Folder, IReadOnlyList<string> Arguments)
{
    /// <summary>The first step of another recording comes before this.</summary>
    public int Niceness { get; init; } = 10;
    public int TimesAsLong { get; init; } = 1;

    /// <summary>Of standard output, so many characters are kept.</summary>
    public int OutputCap { get; init; } = 256 * 1024;

    /// <summary>Takes standard output as it comes; null for text, which is kept.</summary>
    public Action<ReadOnlySpan<byte>>? OnData { get; init; }

    public TimeSpan Limit(MuxerOptions options) => options.RunTimeout * TimesAsLong;
}

/// <param name="Output">Standard output, capped.</param>
/// <param name="Message">Why it failed; the end of standard error when it did not.</param>
internal readonly record struct ToolResult(bool Succeeded, string Output, string Message);
