using AfterSales.Video.Evidence;

namespace AfterSales.Video.Storage;

/// <summary>What every store takes as tags: the narrowest of S3, Azure and their relatives.</summary>
public static class PortableTags
{
    public const int MaxCount = 10;
    public const int MaxKeyLength = 127;
    public const int MaxValueLength = 255;

    /// <exception cref="ArgumentException">A tag or the media type is not portable; the message says which and why.</exception>
    public static void Check(EvidenceMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (metadata.ContentType.Length is 0 or > MaxValueLength || metadata.ContentType.Any(c => c is < ' ' or > '~'))
            throw new ArgumentException("The media type must be 1 to 255 printable ASCII characters.", nameof(metadata));
        if (metadata.Tags.Count > MaxCount)
            throw new ArgumentException($"At most {MaxCount} tags; these are {metadata.Tags.Count}.", nameof(metadata));
        foreach (var (key, value) in metadata.Tags)
        {
            if (key.Length is 0 or > MaxKeyLength || !key.All(IsPortable))
                throw new ArgumentException($"The tag key \"{key}\" must be 1 to {MaxKeyLength} of [A-Za-z0-9 +-._:/=].", nameof(metadata));
            if (value.Length > MaxValueLength || !value.All(IsPortable))
                throw new ArgumentException($"The value of tag \"{key}\" must be at most {MaxValueLength} of [A-Za-z0-9 +-._:/=]; write anything else as base64url.", nameof(metadata));
        }
    }

    private static bool IsPortable(char c) => char.IsAsciiLetterOrDigit(c) || c is ' ' or '+' or '-' or '.' or '_' or ':' or '/' or '=';
}
