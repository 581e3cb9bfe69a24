using System.Globalization;
using System.Text.Json;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>The two programs, with the arguments that keep them from reading anything but their input.</summary>
internal sealed class Ffmpeg(string ffmpegPath, string ffprobePath, MuxerOptions options, TimeProvider time)
{
    private static readonly string[] Guard = ["-protocol_whitelist", "file,pipe"];

    /// <summary>A picture may stand still so long before the end.</summary>
    private const double TailSeconds = 5;

    /// <summary>ffprobe goes back to the last key frame, which may be the only one of a long call.</summary>
    private const int ProbeCap = 32 * 1024 * 1024;
    private readonly ChildTool _ffmpeg = new(ffmpegPath, options, time);
    private readonly ChildTool _ffprobe = new(ffprobePath, options, time);
    private string? _version;

    public static string[] Original => Input("matroska", "original.mkv");

    /// <summary>Leaves out what differs from run to run: the same input gives the same bytes.</summary>
    public static string[] Reproducible => ["-map_metadata", "-1", "-fflags", "+bitexact"];

    /// <summary>A file as input: its name, format and protocols are forced, whatever its bytes say.</summary>
    public static string[] Input(string format, string name) => [.. Guard, "-f", format, "-i", $"file:{name}"];

    /// <summary>First line of "ffmpeg -version".</summary>
    public async Task<string> VersionAsync(CancellationToken ct)
    {
        if (_version is null && await _ffmpeg.RunAsync(new ToolRun(Path.GetTempPath(), ["-version"]), ct) is { Succeeded: true } said)
            _version = said.Output.Split('\n')[0].Split(" Copyright", StringSplitOptions.TrimEntries)[0];
        return _version ?? "ffmpeg";
    }

    /// <summary>Runs ffmpeg, checks what it made, and tries again when that is not right.</summary>
    /// <param name="run">Arguments after the common ones.</param>
    /// <param name="check">Says what is wrong with the result; empty when nothing.</param>
    /// <returns>Empty, or why every attempt failed.</returns>
    public async Task<string> MakeAsync(ToolRun run, Func<ToolResult, Task<string>> check, CancellationToken ct)
    {
        var problem = "";
        for (var attempt = 0; attempt < options.Attempts; attempt++)
        {
            var made = await RunAsync(run, ct);
            problem = made.Succeeded ? await check(made) : made.Message;
            if (problem.Length == 0)
                return "";
        }

        return problem;
    }

    public Task<ToolResult> RunAsync(ToolRun run, CancellationToken ct) =>
        _ffmpeg.RunAsync(run with { Arguments = ["-nostdin", "-hide_banner", "-v", "error", "-nostats", .. run.Arguments] }, ct);

    /// <summary>
    /// The ffprobe gate: tracks, codec and duration must be what was asked for, and the last seconds must really be in the file, which a head written
    /// before a cut does not show. ffmpeg's exit code alone proves nothing.
    /// </summary>
    /// <param name="format">The demuxer's name.</param>
    public async Task<string> CheckAsync(string folder, string name, string format, string videoCodec, bool hasSound, TimeSpan expected, CancellationToken ct)
    {
        var tail = string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, expected.TotalSeconds - TailSeconds):0.###}%");
        var probed = await _ffprobe.RunAsync(
            new ToolRun(folder,
            [
                "-v", "error", .. Guard, "-f", format, "-read_intervals", tail, "-show_entries", "packet=pts_time:stream=codec_type,codec_name:format=duration",
                "-of", "json=compact=1", $"file:{name}",
            ])
            { OutputCap = ProbeCap }, ct);
        if (!probed.Succeeded)
            return $"ffprobe: {probed.Message}";
        try
        {
            using var json = JsonDocument.Parse(probed.Output);
            return Judge(json.RootElement, videoCodec, hasSound, expected);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException)
        {
            return "ffprobe's answer is not readable";
        }
    }

    private static string Judge(JsonElement probe, string videoCodec, bool hasSound, TimeSpan expected)
    {
        var streams = probe.GetProperty("streams").EnumerateArray().Select(s => (Type: s.GetProperty("codec_type").GetString(), Codec: s.GetProperty("codec_name").GetString())).ToList();
        if (videoCodec.Length > 0 && !streams.Contains(("video", videoCodec)))
            return $"no {videoCodec} picture in the file";
        if (hasSound && !streams.Exists(s => s.Type == "audio"))
            return "no sound in the file";
        var seconds = Number(probe.GetProperty("format").GetProperty("duration"));
        var last = probe.GetProperty("packets").EnumerateArray().Where(p => p.TryGetProperty("pts_time", out _)).Select(p => Number(p.GetProperty("pts_time"))).DefaultIfEmpty(0).Max();
        // Sound ends on a codec frame, a picture has no length of its own.
        var tolerance = Math.Max(0.5, expected.TotalSeconds * 0.005);
        if (Math.Abs(seconds - expected.TotalSeconds) > tolerance)
            return $"lasts {seconds:0.0} s instead of {expected.TotalSeconds:0.0} s";
        return last >= expected.TotalSeconds - tolerance ? "" : $"cut off after {last:0.0} s of {expected.TotalSeconds:0.0} s";
    }

    private static double Number(JsonElement text) => double.Parse(text.GetString()!, CultureInfo.InvariantCulture);
}
