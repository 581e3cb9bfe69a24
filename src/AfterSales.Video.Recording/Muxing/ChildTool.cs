using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>
/// Runs ffmpeg or ffprobe once: arguments as a list, empty environment, output drained and capped, killed when it makes no progress or takes too long.
/// </summary>
internal sealed class ChildTool(string path, TimeSpan stall, TimeSpan limit, TimeProvider time)
{
    private const int OutputCap = 256 * 1024;
    private const int ErrorCap = 8 * 1024;

    public async Task<ToolResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var start = new ProcessStartInfo(path) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        // The tool needs none of the server's environment, which may hold secrets.
        start.Environment.Clear();
        start.Environment["LC_ALL"] = "C";
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return new ToolResult(false, "", $"{path} does not start: {e.Message}");
        }

        process.StandardInput.Close();
        return await WatchAsync(process, ct);
    }

    private async Task<ToolResult> WatchAsync(Process process, CancellationToken ct)
    {
        using var watchdog = new CancellationTokenSource(stall, time);
        using var deadline = new CancellationTokenSource(limit, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(ct, watchdog.Token, deadline.Token);
        await using var kill = any.Token.Register(() => Kill(process));
        var errors = DrainAsync(process.StandardError, ErrorCap, keepEnd: true, static _ => { });
        var progress = "";
        var output = DrainAsync(process.StandardOutput, OutputCap, keepEnd: false, line =>
        {
            // ffmpeg reports every half second whether it moves or not; only a moved position counts.
            if (!line.StartsWith("out_time_us=", StringComparison.Ordinal) || line == progress)
                return;
            progress = line;
            watchdog.CancelAfter(stall);
        });
        await process.WaitForExitAsync(CancellationToken.None);
        var (text, words) = (await output, await errors);
        ct.ThrowIfCancellationRequested();
        if (watchdog.IsCancellationRequested)
            return new ToolResult(false, text, $"no progress for {stall.TotalSeconds:0} s, killed");
        if (deadline.IsCancellationRequested)
            return new ToolResult(false, text, $"not finished after {limit.TotalMinutes:0} minutes, killed");
        return process.ExitCode == 0 ? new ToolResult(true, text, words) : new ToolResult(false, text, $"exit code {process.ExitCode}: {words.Trim()}");
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
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

/// <param name="Output">Standard output, capped.</param>
/// <param name="Message">Why it failed; the end of standard error when it did not.</param>
internal readonly record struct ToolResult(bool Succeeded, string Output, string Message);
