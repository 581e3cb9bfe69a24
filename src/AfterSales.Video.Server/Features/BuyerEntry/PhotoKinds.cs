namespace AfterSales.Video.Server.Features.BuyerEntry;

/// <summary>Tells a photo by its first bytes; what the sender calls it does not matter.</summary>
internal static class PhotoKinds
{
    public const int HeaderLength = 32;

    /// <summary>Content type and file extension; null for everything else.</summary>
    public static (string ContentType, string Extension)? Detect(ReadOnlySpan<byte> header)
    {
        if (header.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return ("image/jpeg", "jpg");
        if (header.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            return ("image/png", "png");
        if (header.Length >= 12 && header.StartsWith("RIFF"u8) && header[8..12].SequenceEqual("WEBP"u8))
            return ("image/webp", "webp");
        return IsHeic(header) ? ("image/heic", "heic") : null;
    }

    // ISO/IEC 23008-12 §10.2: the brand after "ftyp".
    private static bool IsHeic(ReadOnlySpan<byte> header)
    {
        if (header.Length < 12 || !header[4..8].SequenceEqual("ftyp"u8))
            return false;
        var brand = header[8..12];
        return brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("heim"u8);
    }
}
