using AfterSales.Video.Rtc.Ice;

namespace AfterSales.Video.Fuzz.Targets;

/// <summary>A TCP stream cut anywhere gives the same frames as in one piece.</summary>
internal sealed class Rfc4571Target : IFuzzTarget
{
    public string Name => "rtc/rfc4571";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand(
    [
        .. Rfc5769.All.Select(Frame), [.. Rfc5769.All.SelectMany(Frame)], [], [0], [0, 0], [0xFF, 0xFF, 1], [8, 0], Frame(new byte[Rfc4571.MaxFrameLength]),
    ]);

    public void Run(ReadOnlySpan<byte> input)
    {
        var whole = Read(input, out var rest);
        if (input.Length == 0)
        {
            return;
        }

        var cut = input[0] * input.Length / 256;
        var first = Read(input[..cut], out var kept);
        var second = Read([.. input.Slice(cut - kept, kept), .. input[cut..]], out var left);
        if (whole != first + second || rest != left)
        {
            throw new InvalidOperationException("Cutting the stream changed its frames.");
        }
    }

    /// <summary>Number of frames; a broken stream counts all that is left as unread.</summary>
    private static int Read(ReadOnlySpan<byte> stream, out int unread)
    {
        var frames = 0;
        while (Rfc4571.TryRead(stream, out var frame, out var consumed) == FrameReadStatus.Frame)
        {
            if (consumed != frame.Length + Rfc4571.HeaderLength)
            {
                throw new InvalidOperationException("Bytes were lost.");
            }

            stream = stream[consumed..];
            frames++;
        }

        unread = stream.Length;
        return frames;
    }

    private static byte[] Frame(byte[] datagram)
    {
        var framed = new byte[Rfc4571.HeaderLength + datagram.Length];
        Rfc4571.WriteHeader(framed, datagram.Length);
        datagram.CopyTo(framed, Rfc4571.HeaderLength);
        return framed;
    }
}
