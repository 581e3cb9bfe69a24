using System.Globalization;

namespace AfterSales.Video.TestKit.Media;

/// <summary>Decodes a recording and says what is really in it. Exit codes prove nothing; this does.</summary>
public static class RecordingAnalyser
{
    private const int Width = 320;
    private const int Height = 240;

    /// <param name="videoTrack">Index among the file's video tracks.</param>
    /// <param name="audioTrack">Index among the file's audio tracks.</param>
    public static async Task<RecordingAnalysis> AnalyseAsync(
        string path, int videoTrack = 0, int audioTrack = 0, double toneHz = 1000, CancellationToken ct = default)
    {
        var streams = await ProbeAsync(path, ct);
        var frames = streams.Videos > videoTrack ? await ReadFramesAsync(path, videoTrack, ct) : [];
        var beeps = streams.Audios > audioTrack ? await ReadBeepsAsync(path, audioTrack, toneHz, ct) : BeepReport.None;
        return RecordingAnalysis.From(streams, frames, beeps);
    }

    /// <summary>Duration in seconds and number of tracks, as ffprobe sees them.</summary>
    public static async Task<RecordingStreams> ProbeAsync(string path, CancellationToken ct = default)
    {
        var text = "";
        await FfmpegTool.RunAsync(
            "ffprobe",
            ["-v", "error", "-show_entries", "stream=codec_type,codec_name:format=duration", "-of", "compact", path], null,
            async output => text = await new StreamReader(output).ReadToEndAsync(ct), ct);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var duration = lines.FirstOrDefault(l => l.StartsWith("format|duration=", StringComparison.Ordinal))?[16..];
        return new RecordingStreams(
            double.TryParse(duration, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0,
            lines.Count(l => l.Contains("codec_type=video", StringComparison.Ordinal)),
            lines.Count(l => l.Contains("codec_type=audio", StringComparison.Ordinal)),
            [.. lines.Where(l => l.StartsWith("stream|", StringComparison.Ordinal)).Select(l => l.Split("codec_name=")[1].Split('|')[0])]);
    }

    private static async Task<List<SeenFrame>> ReadFramesAsync(string path, int track, CancellationToken ct)
    {
        var pictures = new List<SeenFrame>();
        var errors = await FfmpegTool.RunAsync(
            "ffmpeg",
            ["-v", "info", "-nostats", "-nostdin", "-copyts", "-i", path, "-map", $"0:v:{track}",
             "-vf", $"scale={Width}:{Height}:flags=area,format=yuv420p,showinfo=checksum=0", "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"],
            null, output => ReadPicturesAsync(output, pictures, ct), ct);
        var times = errors.Split('\n')
            .Where(l => l.Contains("Parsed_showinfo", StringComparison.Ordinal) && l.Contains(" pts_time:", StringComparison.Ordinal))
            .Select(l => double.Parse(l.Split(" pts_time:")[1].TrimStart().Split(' ')[0], CultureInfo.InvariantCulture)).ToList();
        return [.. pictures.Zip(times, (picture, time) => picture with { Seconds = time })];
    }

    private static async Task ReadPicturesAsync(Stream output, List<SeenFrame> pictures, CancellationToken ct)
    {
        var frame = new byte[Width * Height * 3 / 2];
        while (await output.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false, ct) == frame.Length)
        {
            var readable = TestPattern.TryRead(frame, Width, Height, out var counter, out var flash, out var colourError);
            pictures.Add(new SeenFrame(0, readable ? counter : -1, flash, colourError));
        }
    }

    private static async Task<BeepReport> ReadBeepsAsync(string path, int track, double toneHz, CancellationToken ct)
    {
        using var pcm = new MemoryStream();
        await FfmpegTool.RunAsync(
            "ffmpeg",
            ["-v", "error", "-nostdin", "-copyts", "-i", path, "-map", $"0:a:{track}",
             "-af", "aresample=48000:async=1:min_hard_comp=0.005:first_pts=0", "-ac", "1", "-f", "s16le", "pipe:1"],
            null, output => output.CopyToAsync(pcm, ct), ct);
        return BeepReport.Read(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(pcm.GetBuffer().AsSpan(0, (int)pcm.Length & ~1)), toneHz);
    }
}

/// <param name="Codecs">In the file's order.</param>
public sealed record RecordingStreams(double DurationSeconds, int Videos, int Audios, IReadOnlyList<string> Codecs);

/// <param name="Counter">-1 when the picture is not the pattern (damaged, black).</param>
/// <param name="ColourError">Largest distance of a colour patch from the drawn one, 0 to 255.</param>
public readonly record struct SeenFrame(double Seconds, int Counter, bool Flash, int ColourError);
