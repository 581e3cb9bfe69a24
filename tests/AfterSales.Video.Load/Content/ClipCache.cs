using System.Globalization;
using AfterSales.Video.TestKit.Media;

namespace AfterSales.Video.Load.Content;

/// <summary>What both sides of a call send.</summary>
internal sealed record CallContent(Clip BuyerVideo, Clip AgentVideo, Clip Audio)
{
    /// <summary>RTP packets a second that a call's two senders send together, which is also what its two receivers get.</summary>
    public double PacketsPerSecond => BuyerVideo.PacketsPerSecond + AgentVideo.PacketsPerSecond + (2 * Audio.PacketsPerSecond);

    public double BitsPerSecond => BuyerVideo.BitsPerSecond + AgentVideo.BitsPerSecond + (2 * Audio.BitsPerSecond);
}

/// <summary>Makes clips with FFmpeg and keeps them in a folder.</summary>
internal sealed class ClipCache(string folder)
{
    /// <summary>
    /// One call as in the comparison with Janus: the buyer 720p30 at 1.2 Mbit/s, the agent 320x240 at 150 kbit/s, both with Opus of 32 kbit/s.
    /// </summary>
    /// <param name="codec">"H264" or "VP8".</param>
    /// <param name="seconds">Length of the loop; its first frame is the only key frame, and is sent again when somebody asks for one.</param>
    public async Task<CallContent> CallAsync(string codec, int seconds) => new(
        await VideoAsync(codec, new VideoShape(1280, 720, 1200), seconds),
        await VideoAsync(codec, new VideoShape(320, 240, 150), seconds),
        await ClipAsync($"opus-{seconds}", () => EncodedMedia.OpusAsync(440, TimeSpan.FromSeconds(seconds))));

    private Task<Clip> VideoAsync(string codec, VideoShape shape, int seconds) =>
        ClipAsync(string.Create(CultureInfo.InvariantCulture, $"{codec}-{shape.Width}x{shape.Height}-{shape.KilobitsPerSecond}-{seconds}"),
            () => EncodedMedia.BusyAsync(codec, shape, seconds, keyEvery: 30 * seconds));

    private async Task<Clip> ClipAsync(string name, Func<Task<EncodedMedia>> make)
    {
        var file = Path.Combine(folder, name + ".clip");
        if (File.Exists(file) && ClipFile.TryRead(await File.ReadAllBytesAsync(file), out var kept))
            return kept!;
        var media = await make();
        var clip = new Clip(media.Codec, media.ClockRateHz, media.TicksPerFrame,
            [.. media.Frames.Select((f, i) => new ClipFrame(f.IsKey, RtpPacketizer.Payloads(media.Codec, f, i)))]);
        Directory.CreateDirectory(folder);
        // Written beside and moved, so that two generators at once never read half a file.
        var draft = $"{file}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
        await File.WriteAllBytesAsync(draft, ClipFile.Write(clip));
        File.Move(draft, file, overwrite: true);
        return clip;
    }
}
