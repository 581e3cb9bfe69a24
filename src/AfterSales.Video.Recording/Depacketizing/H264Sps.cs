namespace AfterSales.Video.Recording.Depacketizing;

/// <summary>Picture size out of a sequence parameter set (H.264 §7.3.2.1.1).</summary>
internal static class H264Sps
{
    public static bool TryReadSize(ReadOnlySpan<byte> unit, out int width, out int height)
    {
        (width, height) = (0, 0);
        if (unit.Length < 4)
            return false;
        var bits = new BitReader(Unescape(unit[1..]));
        var profile = bits.Bits(8);
        bits.Bits(16);
        bits.Unsigned();
        var chroma = IsHigh(profile) ? ReadHigh(ref bits) : 1;
        bits.Unsigned();
        SkipPictureOrder(ref bits);
        bits.Unsigned();
        bits.Bit();
        var (columns, rows) = (bits.Unsigned() + 1, bits.Unsigned() + 1);
        var framesOnly = bits.Bit();
        if (framesOnly == 0)
            bits.Bit();
        bits.Bit();
        var (left, right, top, bottom) = bits.Bit() != 0 ? (bits.Unsigned(), bits.Unsigned(), bits.Unsigned(), bits.Unsigned()) : (0, 0, 0, 0);
        var (cropX, cropY) = (chroma is 1 or 2 ? 2 : 1, (chroma == 1 ? 2 : 1) * (2 - framesOnly));
        width = columns * 16 - (left + right) * cropX;
        height = rows * 16 * (2 - framesOnly) - (top + bottom) * cropY;
        return !bits.Overrun && width is > 0 and <= 16384 && height is > 0 and <= 16384;
    }

    private static bool IsHigh(int profile) => profile is 100 or 110 or 122 or 244 or 44 or 83 or 86 or 118 or 128 or 138 or 139 or 134 or 135;

    private static int ReadHigh(ref BitReader bits)
    {
        var chroma = bits.Unsigned();
        if (chroma == 3)
            bits.Bit();
        bits.Unsigned();
        bits.Unsigned();
        bits.Bit();
        if (bits.Bit() == 0)
            return chroma;
        for (var i = 0; i < (chroma == 3 ? 12 : 8); i++)
        {
            if (bits.Bit() != 0)
                SkipScalingList(ref bits, i < 6 ? 16 : 64);
        }

        return chroma;
    }

    private static void SkipScalingList(ref BitReader bits, int size)
    {
        var (last, next) = (8, 8);
        for (var i = 0; i < size && !bits.Overrun; i++)
        {
            if (next != 0)
                next = (last + bits.Signed() + 256) % 256;
            last = next == 0 ? last : next;
        }
    }

    private static void SkipPictureOrder(ref BitReader bits)
    {
        var type = bits.Unsigned();
        if (type == 0)
        {
            bits.Unsigned();
        }
        else if (type == 1)
        {
            bits.Bit();
            bits.Signed();
            bits.Signed();
            var count = bits.Unsigned();
            for (var i = 0; i < count && !bits.Overrun; i++)
                bits.Signed();
        }
    }

    /// <summary>Takes out emulation prevention bytes (§7.4.1).</summary>
    private static byte[] Unescape(ReadOnlySpan<byte> unit)
    {
        var (raw, zeros) = (new List<byte>(unit.Length), 0);
        foreach (var value in unit)
        {
            if (zeros >= 2 && value == 3)
            {
                zeros = 0;
                continue;
            }

            zeros = value == 0 ? zeros + 1 : 0;
            raw.Add(value);
        }

        return [.. raw];
    }
}
