namespace AfterSales.Video.TestKit.Media;

/// <summary>
/// A picture a program can read back after scaling and compression. Top quarter: the frame counter, 16 squares, most
/// significant bit left, each white for 1, with the inverted bits in a second row below as a check. Middle: six known colours.
/// Then a moving bar, so that encoders have work, and at the bottom a field that is white for the first 100 ms of each second.
/// </summary>
/// <param name="busy">Moving grain between these, as a hand-held camera sees: an encoder then takes all the bits it is given.</param>
public sealed class TestPattern(int width = 640, int height = 480, int framesPerSecond = 30, bool busy = false)
{
    public const int CounterBits = 16;
    private const byte Black = 16;
    private const byte White = 235;

    /// <summary>BT.601 limited range (Y, U, V): red, green, blue, yellow, cyan, magenta at 75 %.</summary>
    public static readonly (string Name, byte Y, byte U, byte V)[] Patches =
    [
        ("red", 65, 100, 212), ("green", 112, 72, 58), ("blue", 35, 212, 114),
        ("yellow", 162, 44, 142), ("cyan", 131, 156, 44), ("magenta", 84, 184, 198),
    ];

    public int Width => width;
    public int Height => height;
    public int FramesPerSecond => framesPerSecond;

    /// <summary>Bytes of one yuv420p frame.</summary>
    public int FrameBytes => width * height * 3 / 2;

    public bool IsFlash(int frame) => frame % framesPerSecond < framesPerSecond / 10;

    /// <summary>Draws frame number <paramref name="frame"/> (counter = frame modulo 65,536) as yuv420p.</summary>
    public void Draw(int frame, Span<byte> yuv)
    {
        var luma = yuv[..(width * height)];
        luma.Fill(96);
        yuv[luma.Length..].Fill(128);
        DrawCounter(frame, luma);
        DrawPatches(yuv);
        if (busy)
            DrawGrain(frame, luma[(Row(4) * width)..(Row(6) * width)]);
        FillRows(luma, Row(12), Row(14), Black);
        var bar = frame * 8 % (width - 16);
        FillBox(luma, width, bar, bar + 16, Row(12), Row(14), White);
        FillRows(luma, Row(14), height, IsFlash(frame) ? White : Black);
    }

    /// <summary>A texture that pans, with noise of its own in each frame.</summary>
    private static void DrawGrain(int frame, Span<byte> luma)
    {
        var noise = (uint)frame * 2_654_435_761 | 1;
        for (var i = 0; i < luma.Length; i++)
        {
            // Xorshift (Marsaglia, 2003).
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            var texture = (uint)((i + (frame * 7)) >> 2) * 2_246_822_519 >> 25;
            luma[i] = (byte)(60 + texture + (noise & 15));
        }
    }

    private int Row(int sixteenth) => height * sixteenth / 16 & ~1;

    private void DrawCounter(int frame, Span<byte> luma)
    {
        for (var bit = 0; bit < CounterBits; bit++)
        {
            var set = (frame >> (CounterBits - 1 - bit) & 1) != 0;
            var (left, right) = (width * bit / CounterBits, width * (bit + 1) / CounterBits);
            FillBox(luma, width, left, right, 0, Row(2), set ? White : Black);
            FillBox(luma, width, left, right, Row(2), Row(4), set ? Black : White);
        }
    }

    private void DrawPatches(Span<byte> yuv)
    {
        var chroma = width * height / 4;
        var luma = yuv[..(width * height)];
        var u = yuv.Slice(luma.Length, chroma);
        var v = yuv.Slice(luma.Length + chroma, chroma);
        for (var i = 0; i < Patches.Length; i++)
        {
            var (left, right) = (width * i / Patches.Length & ~1, width * (i + 1) / Patches.Length & ~1);
            FillBox(luma, width, left, right, Row(6), Row(11), Patches[i].Y);
            FillBox(u, width / 2, left / 2, right / 2, Row(6) / 2, Row(11) / 2, Patches[i].U);
            FillBox(v, width / 2, left / 2, right / 2, Row(6) / 2, Row(11) / 2, Patches[i].V);
        }
    }

    private void FillRows(Span<byte> plane, int top, int bottom, byte value) => plane[(top * width)..(bottom * width)].Fill(value);

    private static void FillBox(Span<byte> plane, int stride, int left, int right, int top, int bottom, byte value)
    {
        for (var y = top; y < bottom; y++)
            plane[(y * stride + left)..(y * stride + right)].Fill(value);
    }

    /// <summary>Reads a yuv420p frame of any size that shows the pattern.</summary>
    /// <param name="counter">0 to 65,535.</param>
    /// <param name="colourError">Largest distance of a patch's mean U or V from what was drawn.</param>
    public static bool TryRead(ReadOnlySpan<byte> yuv, int width, int height, out int counter, out bool flash, out int colourError)
    {
        (counter, flash, colourError) = (0, false, 255);
        var luma = yuv[..(width * height)];
        for (var bit = 0; bit < CounterBits; bit++)
        {
            var x = width * (2 * bit + 1) / (2 * CounterBits);
            var difference = Mean(luma, width, x, height / 16, 3) - Mean(luma, width, x, height * 3 / 16, 3);
            if (Math.Abs(difference) < 60)
                return false;
            counter = counter << 1 | (difference > 0 ? 1 : 0);
        }

        flash = Mean(luma, width, width / 2, height * 15 / 16, 5) > 126;
        colourError = ColourError(yuv, width, height);
        return true;
    }

    private static int ColourError(ReadOnlySpan<byte> yuv, int width, int height)
    {
        var (size, worst) = (width * height, 0);
        var u = yuv.Slice(size, size / 4);
        var v = yuv.Slice(size + size / 4, size / 4);
        for (var i = 0; i < Patches.Length; i++)
        {
            var (x, y) = (width * (2 * i + 1) / (4 * Patches.Length), height * 17 / 64);
            worst = Math.Max(worst, Math.Abs(Mean(u, width / 2, x, y, 3) - Patches[i].U));
            worst = Math.Max(worst, Math.Abs(Mean(v, width / 2, x, y, 3) - Patches[i].V));
        }

        return worst;
    }

    private static int Mean(ReadOnlySpan<byte> plane, int stride, int x, int y, int radius)
    {
        var (sum, count) = (0, 0);
        for (var row = Math.Max(0, y - radius); row <= y + radius; row++)
        {
            for (var column = Math.Max(0, x - radius); column <= x + radius; column++)
            {
                sum += plane[row * stride + column];
                count++;
            }
        }

        return sum / count;
    }
}
