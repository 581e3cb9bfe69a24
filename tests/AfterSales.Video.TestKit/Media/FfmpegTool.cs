using System.Diagnostics;

namespace AfterSales.Video.TestKit.Media;

/// <summary>Runs ffmpeg or ffprobe to its end with binary input and output; throws with the tool's last words when it fails.</summary>
public static class FfmpegTool
{
    /// <param name="feed">Writes the tool's standard input; null when there is none.</param>
    /// <param name="read">Reads the tool's standard output to its end.</param>
    /// <returns>Standard error.</returns>
    public static async Task<string> RunAsync(
        string tool, IEnumerable<string> arguments, Func<Stream, Task>? feed, Func<Stream, Task> read, CancellationToken ct = default)
    {
        var start = new ProcessStartInfo(tool)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{tool} did not start");
        await using var registration = ct.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var reading = read(process.StandardOutput.BaseStream);
        await FeedAsync(process, feed);
        await reading;
        await process.WaitForExitAsync(CancellationToken.None);
        var text = await errors;
        ct.ThrowIfCancellationRequested();
        return process.ExitCode == 0
            ? text
            : throw new InvalidOperationException($"{tool} exited with {process.ExitCode}: {text[Math.Max(0, text.Length - 2000)..]}");
    }

    private static async Task FeedAsync(Process process, Func<Stream, Task>? feed)
    {
        try
        {
            if (feed is not null)
                await feed(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The tool ended early; its exit code and last words say why.
        }
    }
}
