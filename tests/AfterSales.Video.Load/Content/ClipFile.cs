using System.Buffers.Binary;
using System.Text;

namespace AfterSales.Video.Load.Content;

/// <summary>
/// A clip on disk: magic, codec, clock, ticks, frames; each frame a flag, a count and its payloads with their lengths (little
/// endian). Only a cache: what does not read well is made anew.
/// </summary>
internal static class ClipFile
{
    private const int MaxFrames = 1_000_000;
    private static ReadOnlySpan<byte> Magic => "ASVCLIP1"u8;

    public static byte[] Write(Clip clip)
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file, Encoding.ASCII);
        writer.Write(Magic);
        writer.Write(Encoding.ASCII.GetBytes(clip.Codec.PadRight(8)));
        writer.Write(clip.ClockRateHz);
        writer.Write(clip.TicksPerFrame);
        writer.Write(clip.Frames.Count);
        foreach (var frame in clip.Frames)
        {
            writer.Write(frame.IsKey ? 1 : 0);
            writer.Write(frame.Payloads.Count);
            foreach (var payload in frame.Payloads)
            {
                writer.Write(payload.Length);
                writer.Write(payload);
            }
        }

        return file.ToArray();
    }

    /// <summary>False for anything that <see cref="Write"/> did not make. Never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, out Clip? clip)
    {
        clip = null;
        if (!file.StartsWith(Magic) || file.Length < 28)
            return false;
        var codec = Encoding.ASCII.GetString(file.Slice(8, 8)).TrimEnd();
        var (clockRateHz, ticks) = (BinaryPrimitives.ReadInt32LittleEndian(file[16..]), BinaryPrimitives.ReadInt32LittleEndian(file[20..]));
        if (codec is not ("H264" or "VP8" or "opus") || clockRateHz <= 0 || ticks <= 0)
            return false;
        var rest = file[24..];
        if (!TryTakeCount(ref rest, MaxFrames, out var count) || count == 0)
            return false;
        var frames = new List<ClipFrame>();
        for (var i = 0; i < count; i++)
        {
            if (!TryReadFrame(ref rest, out var frame))
                return false;
            frames.Add(frame!);
        }

        clip = new Clip(codec, clockRateHz, ticks, frames);
        return rest.IsEmpty && frames[0].IsKey;
    }

    private static bool TryReadFrame(ref ReadOnlySpan<byte> rest, out ClipFrame? frame)
    {
        frame = null;
        if (!TryTakeCount(ref rest, 1, out var isKey) || !TryTakeCount(ref rest, 10_000, out var count) || count == 0)
            return false;
        var payloads = new List<byte[]>();
        for (var i = 0; i < count; i++)
        {
            if (!TryTakeCount(ref rest, 1200, out var length) || length == 0 || rest.Length < length)
                return false;
            payloads.Add(rest[..length].ToArray());
            rest = rest[length..];
        }

        frame = new ClipFrame(isKey == 1, payloads);
        return true;
    }

    private static bool TryTakeCount(ref ReadOnlySpan<byte> rest, int max, out int value)
    {
        value = 0;
        if (rest.Length < 4)
            return false;
        value = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[4..];
        return value >= 0 && value <= max;
    }
}
