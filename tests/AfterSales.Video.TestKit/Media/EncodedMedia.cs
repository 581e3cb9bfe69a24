using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace AfterSales.Video.TestKit.Media;

/// <summary>Real encoder output of the test content, as frames.</summary>
/// <param name="Codec">"H264", "VP8", "VP9" or "opus".</param>
/// <param name="ClockRateHz">RTP clock.</param>
/// <param name="TicksPerFrame">RTP ticks between two frames.</param>
public sealed record EncodedMedia(string Codec, int ClockRateHz, int TicksPerFrame, IReadOnlyList<EncodedFrame> Frames)
{
    private static readonly ConcurrentDictionary<string, Task<EncodedMedia>> Made = new(StringComparer.Ordinal);

    public TimeSpan FrameLength => TimeSpan.FromSeconds((double)TicksPerFrame / ClockRateHz);

    /// <summary>The pattern from <paramref name="firstFrame"/> on in H.264 constrained baseline, several slices a frame, as browsers send it.</summary>
    public static Task<EncodedMedia> H264Async(TestPattern pattern, int frames, int firstFrame = 0, int keyEvery = 60) =>
        MakeAsync($"h264 {pattern.Width}x{pattern.Height} {frames} {firstFrame} {keyEvery}", async () =>
        {
            string[] encoder = ["-c:v", "libx264", "-profile:v", "baseline", "-preset", "ultrafast", "-tune", "zerolatency", "-g", $"{keyEvery}",
                "-x264-params", "slices=2:scenecut=0:repeat-headers=1", "-b:v", "800k", "-f", "h264"];
            return new EncodedMedia("H264", 90_000, 90_000 / pattern.FramesPerSecond, AnnexB.ReadFrames(await EncodeAsync(pattern, firstFrame, frames, encoder)));
        });

    public static Task<EncodedMedia> Vp8Async(TestPattern pattern, int frames, int firstFrame = 0, int keyEvery = 60) =>
        MakeAsync($"vp8 {pattern.Width}x{pattern.Height} {frames} {firstFrame} {keyEvery}", async () =>
        {
            string[] encoder = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-g", $"{keyEvery}", "-b:v", "800k", "-f", "ivf"];
            return new EncodedMedia("VP8", 90_000, 90_000 / pattern.FramesPerSecond, ReadIvf(await EncodeAsync(pattern, firstFrame, frames, encoder)));
        });

    public static Task<EncodedMedia> Vp9Async(TestPattern pattern, int frames, int firstFrame = 0, int keyEvery = 60) =>
        MakeAsync($"vp9 {pattern.Width}x{pattern.Height} {frames} {firstFrame} {keyEvery}", async () =>
        {
            string[] encoder = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-g", $"{keyEvery}", "-b:v", "800k", "-f", "ivf"];
            var frames9 = ReadIvf(await EncodeAsync(pattern, firstFrame, frames, encoder));
            // frame_type of the uncompressed header, profile 0 (VP9 bitstream specification §6.2).
            return new EncodedMedia("VP9", 90_000, 90_000 / pattern.FramesPerSecond, [.. frames9.Select(f => f with { IsKey = (f.Units[0][0] & 0x04) == 0 })]);
        });

    /// <summary>720p that no encoder can squeeze below the rate asked for, a key frame each 10 s: load, not content.</summary>
    public static Task<EncodedMedia> BusyAsync(string codec, int kilobitsPerSecond, int seconds) =>
        BusyAsync(codec, new VideoShape(1280, 720, kilobitsPerSecond), seconds, keyEvery: 300);

    /// <summary>The same of any size, 30 frames a second.</summary>
    public static Task<EncodedMedia> BusyAsync(string codec, VideoShape shape, int seconds, int keyEvery) =>
        MakeAsync($"busy {codec} {shape} {seconds} {keyEvery}", async () =>
        {
            string[] encoder = codec == "H264"
                ? ["-c:v", "libx264", "-profile:v", "baseline", "-preset", "ultrafast", "-tune", "zerolatency", "-x264-params", "scenecut=0:repeat-headers=1", "-f", "h264"]
                : ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames", "0", "-f", "ivf"];
            var kilobits = shape.KilobitsPerSecond;
            string[] rate = ["-g", $"{keyEvery}", "-b:v", $"{kilobits}k", "-maxrate", $"{kilobits}k", "-bufsize", $"{kilobits / 2}k"];
            using var output = new MemoryStream();
            await FfmpegTool.RunAsync(
                "ffmpeg", ["-v", "error", "-nostdin", "-f", "lavfi", "-i", $"testsrc2=s={shape.Width}x{shape.Height}:r=30:d={seconds},noise=alls=14:allf=t,format=yuv420p", .. encoder[..^2], .. rate, .. encoder[^2..], "pipe:1"],
                null, stream => stream.CopyToAsync(output));
            return new EncodedMedia(codec, 90_000, 3000, codec == "H264" ? AnnexB.ReadFrames(output.ToArray()) : ReadIvf(output.ToArray()));
        });

    /// <summary>Beeps in Opus frames of 20 ms.</summary>
    public static Task<EncodedMedia> OpusAsync(double toneHz, TimeSpan length) =>
        MakeAsync($"opus {toneHz} {length}", async () =>
        {
            using var output = new MemoryStream();
            var wave = new BeepTrack(toneHz).RenderWave(length);
            await FfmpegTool.RunAsync(
                "ffmpeg", ["-v", "error", "-f", "wav", "-i", "pipe:0", "-c:a", "libopus", "-application", "voip", "-frame_duration", "20", "-b:a", "32k", "-f", "ogg", "pipe:1"],
                input => input.WriteAsync(wave).AsTask(), stream => stream.CopyToAsync(output));
            return new EncodedMedia("opus", 48_000, 960, [.. OggPackets(output.ToArray()).Skip(2).Select(p => new EncodedFrame([p], IsKey: true))]);
        });

    private static Task<EncodedMedia> MakeAsync(string key, Func<Task<EncodedMedia>> make) => Made.GetOrAdd(key, _ => make());

    private static async Task<byte[]> EncodeAsync(TestPattern pattern, int first, int frames, string[] encoder)
    {
        using var output = new MemoryStream();
        await FfmpegTool.RunAsync(
            "ffmpeg", ["-v", "error", .. TestContent.RawInput(pattern), .. encoder, "pipe:1"],
            input => TestContent.WriteFramesAsync(input, pattern, first, frames), stream => stream.CopyToAsync(output));
        return output.ToArray();
    }

    private static List<EncodedFrame> ReadIvf(byte[] file)
    {
        var frames = new List<EncodedFrame>();
        for (var at = 32; at + 12 <= file.Length;)
        {
            var frame = file.AsSpan(at + 12, BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at))).ToArray();
            frames.Add(new EncodedFrame([frame], (frame[0] & 1) == 0));
            at += 12 + frame.Length;
        }

        return frames;
    }

    /// <summary>Packets of an Ogg file (RFC 3533 §6).</summary>
    private static List<byte[]> OggPackets(byte[] file)
    {
        var (packets, open) = (new List<byte[]>(), new List<byte>());
        for (var at = 0; at + 27 <= file.Length;)
        {
            var segments = file.AsSpan(at + 27, file[at + 26]);
            var data = at + 27 + segments.Length;
            foreach (var length in segments)
            {
                open.AddRange(file.AsSpan(data, length));
                data += length;
                if (length == 255)
                    continue;
                packets.Add([.. open]);
                open.Clear();
            }

            at = data;
        }

        return packets;
    }
}

/// <summary>What a busy encoder is asked for.</summary>
public sealed record VideoShape(int Width, int Height, int KilobitsPerSecond);

/// <param name="Units">NAL units without start codes for H.264; one element otherwise.</param>
public sealed record EncodedFrame(IReadOnlyList<byte[]> Units, bool IsKey);

internal static class AnnexB
{
    /// <summary>Splits a byte stream (H.264 annex B) into frames: a new one begins where parameter sets, or a slice with first_mb_in_slice 0, follow a slice.</summary>
    public static List<EncodedFrame> ReadFrames(byte[] stream)
    {
        var (frames, units, hasSlice) = (new List<EncodedFrame>(), new List<byte[]>(), false);
        foreach (var unit in Units(stream))
        {
            var type = unit[0] & 0x1F;
            var slice = type is 1 or 5;
            if (hasSlice && (!slice || (unit[1] & 0x80) != 0))
            {
                frames.Add(Frame(units));
                (units, hasSlice) = ([], false);
            }

            units.Add(unit);
            hasSlice |= slice;
        }

        if (hasSlice)
            frames.Add(Frame(units));
        return frames;
    }

    private static EncodedFrame Frame(List<byte[]> units) => new(units, units.Exists(u => (u[0] & 0x1F) == 5));

    private static IEnumerable<byte[]> Units(byte[] stream)
    {
        var start = -1;
        for (var i = 0; i + 3 <= stream.Length; i++)
        {
            if (stream[i] != 0 || stream[i + 1] != 0 || stream[i + 2] != 1)
                continue;
            if (start >= 0)
                yield return stream.AsSpan(start, i - start).TrimEnd((byte)0).ToArray();
            start = i + 3;
            i += 2;
        }

        if (start >= 0)
            yield return stream.AsSpan(start).TrimEnd((byte)0).ToArray();
    }
}
