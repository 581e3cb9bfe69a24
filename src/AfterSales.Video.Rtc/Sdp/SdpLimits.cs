namespace AfterSales.Video.Rtc.Sdp;

/// <summary>
/// What a description may hold (SE-11). Chromium's longest sensible offer (camera, microphone, simulcast, data channel) is
/// 7 KB; a page that adds receiving slots keeps below the limit with setCodecPreferences.
/// </summary>
public static class SdpLimits
{
    /// <summary>UTF-8 bytes (SE-04).</summary>
    public const int MaxBytes = 16 * 1024;

    public const int MaxSections = 8;

    /// <summary>In the whole description.</summary>
    public const int MaxCandidates = 50;

    /// <summary>Payload types of one section.</summary>
    public const int MaxCodecs = 64;

    /// <summary>Lines longer than any browser writes; H.264 parameter sets are the longest honest ones.</summary>
    public const int MaxLineLength = 2048;

    /// <summary>SSRCs announced by one section: three simulcast layers with RTX are six.</summary>
    public const int MaxSources = 32;

    /// <summary>Header extensions of one section; Chromium offers 14.</summary>
    public const int MaxExtensions = 64;

    /// <summary>Simulcast streams of one section.</summary>
    public const int MaxRids = 8;

    /// <summary>A MID has to fit into a one-byte header extension (RFC 8285 §4.2).</summary>
    public const int MaxMidLength = 16;

    internal const int MaxTokenLength = 64;
}
