using AfterSales.Video.Recording.Timeline;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>Every whole frame of the journal in original.mkv, each source its own track, in the timeline's order.</summary>
internal sealed class OriginalWriter : IDisposable
{
    private readonly MatroskaWriter _file;
    private readonly Dictionary<TimelineTrack, int> _numbers;

    public OriginalWriter(CallTimeline timeline, string path)
    {
        _numbers = timeline.Tracks.Select((t, i) => (t, i)).ToDictionary(p => p.t, p => p.i);
        _file = new MatroskaWriter(path, "matroska", DateTimeOffset.UnixEpoch.AddTicks(timeline.OriginUtcNs / 100), [.. timeline.Tracks.Select(Describe)]);
    }

    public void Write(in TimedFrame frame, ReadOnlySpan<byte> bytes) => _file.Write(_numbers[frame.Track], frame.TimeNs, frame.IsKey, bytes);

    public void Finish(long durationNs) => _file.Finish(durationNs);

    public void Dispose() => _file.Dispose();

    private static MatroskaTrack Describe(TimelineTrack track)
    {
        var name = $"{track.Role} {track.Source}";
        return track.Description is { } video
            ? new MatroskaTrack(name, true, CodecId(track.Codec), video.CodecPrivate, video.Width, video.Height, 0)
            : new MatroskaTrack(name, false, "A_OPUS", OpusHead, 0, 0, 2);
    }

    private static string CodecId(string codec) => codec.ToUpperInvariant() switch
    {
        "H264" => "V_MPEG4/ISO/AVC",
        "VP8" => "V_VP8",
        _ => "V_VP9",
    };

    /// <summary>RFC 7845 §5.1: 2 channels, no pre-skip (the stream is joined in the middle), 48 kHz.</summary>
    private static byte[] OpusHead => [.. "OpusHead"u8, 1, 2, 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 0];
}
