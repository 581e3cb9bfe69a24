using AfterSales.Video.Recording.Capture;

namespace AfterSales.Video.Recording.Segments;

/// <summary>A segment that is in the store: written, read back and found the same.</summary>
/// <param name="Name">"journal-1-000001.seg".</param>
/// <param name="Index">1 for the first of the part.</param>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="FirstSeq">-1 when it holds no block (a part that failed at once).</param>
public sealed record StoredSegment(string Name, int Part, int Index, long Length, string Sha256, long FirstSeq, long LastSeq);

/// <summary>Settings of the uploader.</summary>
public sealed class SegmentUploaderOptions
{
    /// <summary>A segment is closed by the first block that is so much younger than its first one. Segments that are stored already keep their length.</summary>
    public TimeSpan SegmentSpan { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a journal is looked at for a complete segment.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>First wait after a failure; doubles up to <see cref="MaxBackoff"/>, each with up to half of it off by chance.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A store that comes back after an hour should not wait another for us.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Puts under way at once over all recordings; each is streamed from the file, so memory stays small.</summary>
    public int MaxConcurrentPuts { get; init; } = 4;

    /// <summary>Must not block and must not throw.</summary>
    public Action<RecorderAlarm>? OnAlarm { get; init; }
}
