namespace AfterSales.Video.TestKit.Media;

/// <summary>Files for a browser's fake camera and microphone, made on request and never committed.</summary>
public static class TestContent
{
    /// <summary>
    /// Writes "&lt;name&gt;.mjpeg" (Chromium plays it at 30 frames/s and loops) and "&lt;name&gt;.wav" for buyer (1 kHz beeps) and agent
    /// (2 kHz), and "busy.mjpeg" with a picture that is hard to compress. The counter runs from 0 to seconds × 30 − 1.
    /// </summary>
    public static async Task MakeAsync(string folder, int seconds, CancellationToken ct = default)
    {
        Directory.CreateDirectory(folder);
        await MakeCameraAsync(Path.Combine(folder, "buyer.mjpeg"), new TestPattern(640, 480), seconds, ct);
        await MakeCameraAsync(Path.Combine(folder, "agent.mjpeg"), new TestPattern(320, 240), seconds, ct);
        await MakeCameraAsync(Path.Combine(folder, "busy.mjpeg"), new TestPattern(640, 480, busy: true), seconds, ct);
        var length = TimeSpan.FromSeconds(seconds);
        await File.WriteAllBytesAsync(Path.Combine(folder, "buyer.wav"), new BeepTrack(1000).RenderWave(length), ct);
        await File.WriteAllBytesAsync(Path.Combine(folder, "agent.wav"), new BeepTrack(2000, noiseSeed: 2).RenderWave(length), ct);
    }

    private static Task<string> MakeCameraAsync(string path, TestPattern pattern, int seconds, CancellationToken ct) =>
        FfmpegTool.RunAsync(
            "ffmpeg",
            ["-v", "error", "-y", .. RawInput(pattern), "-c:v", "mjpeg", "-q:v", "4", "-pix_fmt", "yuvj420p", "-f", "mjpeg", path],
            input => WriteFramesAsync(input, pattern, 0, seconds * pattern.FramesPerSecond, ct),
            output => output.CopyToAsync(Stream.Null, ct), ct);

    /// <summary>ffmpeg's arguments for frames of the pattern on standard input.</summary>
    public static string[] RawInput(TestPattern pattern) =>
        ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{pattern.Width}x{pattern.Height}", "-r", $"{pattern.FramesPerSecond}", "-i", "pipe:0"];

    public static async Task WriteFramesAsync(Stream output, TestPattern pattern, int first, int count, CancellationToken ct = default)
    {
        var frame = new byte[pattern.FrameBytes];
        for (var i = first; i < first + count; i++)
        {
            pattern.Draw(i, frame);
            await output.WriteAsync(frame, ct);
        }
    }
}
