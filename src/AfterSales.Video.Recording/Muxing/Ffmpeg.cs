using System.Text.Json;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>The two programs, with the arguments that keep them from reading anything but their input.</summary>
internal sealed class Ffmpeg(string ffmpegPath, string ffprobePath, MuxerOptions options, TimeProvider time)
{
    private static readonly string[] Guard = ["-protocol_whitelist", "file,pipe"];
    private readonly ChildTool _ffmpeg = new(ffmpegPath, options.StallTimeout, options.RunTimeout, time);
    private readonly ChildTool _ffprobe = new(ffprobePath, options.StallTimeout, options.RunTimeout, time);

    /// <summary>Makes one file from original.mkv, checks it, and tries again when it is not right.</summary>
    /// <returns>Empty when the file is there and right.</returns>
    public async Task<string> PlaybackAsync(string original, PlaybackPlan plan, string path, TimeSpan expected, CancellationToken ct)
    {
        var problem = "";
        for (var attempt = 0; attempt < options.Attempts; attempt++)
        {
            var made = await _ffmpeg.RunAsync(
                ["-nostdin", "-hide_banner", "-v", "error", "-nostats", "-progress", "pipe:1", .. Guard, "-f", "matroska", "-i", $"file:{original}", .. plan.OutputArguments(path)], ct);
            problem = made.Succeeded ? await CheckAsync(path, plan, expected, ct) : made.Message;
            if (problem.Length == 0)
                return "";
        }

        return $"{plan.Name}: {problem}";
    }

    /// <summary>A JPEG of the first picture at or after <paramref name="at"/>.</summary>
    public async Task<bool> PosterAsync(string original, int videoTrack, TimeSpan at, string path, CancellationToken ct)
    {
        var made = await _ffmpeg.RunAsync(
            ["-nostdin", "-hide_banner", "-v", "error", "-nostats", .. Guard, "-f", "matroska", "-ss", $"{at.TotalSeconds:0.###}", "-i", $"file:{original}", "-map", $"0:v:{videoTrack}",
             "-frames:v", "1", "-vf", "scale=w='min(1280,iw)':h=-2", "-c:v", "mjpeg", "-q:v", "4", "-map_metadata", "-1", "-fflags", "+bitexact",
             "-f", "image2", "-update", "1", "-y", $"file:{path}"], ct);
        return made.Succeeded && new FileInfo(path) is { Exists: true, Length: > 0 };
    }

    /// <summary>The ffprobe gate: tracks, codec and duration must be what was asked for; ffmpeg's exit code alone proves nothing.</summary>
    private async Task<string> CheckAsync(string path, PlaybackPlan plan, TimeSpan expected, CancellationToken ct)
    {
        var probed = await _ffprobe.RunAsync(
            ["-v", "error", .. Guard, "-f", plan.Format == "webm" ? "matroska" : "mov", "-show_entries", "stream=codec_type,codec_name:format=duration", "-of", "json", $"file:{path}"], ct);
        if (!probed.Succeeded)
            return $"ffprobe: {probed.Message}";
        try
        {
            using var json = JsonDocument.Parse(probed.Output);
            return Judge(json.RootElement, plan, expected);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException)
        {
            return "ffprobe's answer is not readable";
        }
    }

    private static string Judge(JsonElement probe, PlaybackPlan plan, TimeSpan expected)
    {
        var streams = probe.GetProperty("streams").EnumerateArray().Select(s => (Type: s.GetProperty("codec_type").GetString(), Codec: s.GetProperty("codec_name").GetString())).ToList();
        if (plan.VideoTrack >= 0 && !streams.Contains(("video", plan.VideoCodec)))
            return $"no {plan.VideoCodec} picture in the file";
        if (plan.Voices > 0 && !streams.Exists(s => s.Type == "audio"))
            return "no sound in the file";
        var seconds = double.Parse(probe.GetProperty("format").GetProperty("duration").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
        // Sound ends on a codec frame, a picture has no length of its own.
        var tolerance = Math.Max(0.5, expected.TotalSeconds * 0.005);
        return Math.Abs(seconds - expected.TotalSeconds) <= tolerance ? "" : $"lasts {seconds:0.0} s instead of {expected.TotalSeconds:0.0} s";
    }
}
