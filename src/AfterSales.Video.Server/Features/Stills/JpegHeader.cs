using System.Buffers.Binary;

namespace AfterSales.Video.Server.Features.Stills;

/// <summary>Size of a JPEG image (ITU-T T.81, annex B) without decoding it.</summary>
internal static class JpegHeader
{
    /// <summary>Segments before the frame header: a camera's EXIF data and tables are a dozen.</summary>
    private const int MaxSegments = 64;

    /// <summary>False when it is no JPEG image or is cut before its size.</summary>
    public static bool TryRead(ReadOnlySpan<byte> image, out int width, out int height)
    {
        (width, height) = (0, 0);
        if (!image.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return false;
        var rest = image[2..];
        for (var segment = 0; segment < MaxSegments && rest.Length >= 4 && rest[0] == 0xFF; segment++)
        {
            var (marker, length) = (rest[1], BinaryPrimitives.ReadUInt16BigEndian(rest[2..]));
            if (length < 2 || rest.Length < 2 + length)
                return false;
            if (IsFrame(marker))
                return TryReadFrame(rest.Slice(4, length - 2), out width, out height);
            rest = rest[(2 + length)..];
        }

        return false;
    }

    // Start of frame, B.1.1.3: C0 to CF without DHT (C4), JPG (C8) and DAC (CC).
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static bool TryReadFrame(ReadOnlySpan<byte> frame, out int width, out int height)
    {
        (width, height) = (0, 0);
        if (frame.Length < 6)
            return false;
        height = BinaryPrimitives.ReadUInt16BigEndian(frame[1..]);
        width = BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
        return width > 0 && height > 0;
    }
}
