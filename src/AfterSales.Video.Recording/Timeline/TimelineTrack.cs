using AfterSales.Video.Recording.Depacketizing;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>One playable track: a participant's source in one codec, all its runs on one time axis. Its figures are complete when the call was read.</summary>
internal sealed class TimelineTrack(string participantId, string role, string source, MediaKind kind, string codec)
{
    public string ParticipantId => participantId;
    public string Role => role;
    public string Source => source;
    public MediaKind Kind => kind;
    public string Codec => codec;
    public bool IsVideo => kind == MediaKind.Video;
    public List<MediaRun> Runs { get; } = [];

    /// <summary>Its first; null for sound.</summary>
    public VideoDescription? Description { get; set; }
    public bool BySenderReports { get; set; } = true;
    public long LostPackets { get; set; }
    public int DroppedFrames { get; set; }
    public int RecoveredPackets { get; set; }
    public int Frames { get; private set; }
    public int KeyFrames { get; private set; }

    /// <summary>Recording time of the first and the last frame written.</summary>
    public long FirstNs { get; private set; } = long.MaxValue;
    public long LastNs { get; private set; } = long.MinValue;

    /// <summary>How long the last frame is shown or heard.</summary>
    public long LastLengthNs => IsVideo ? 33_000_000 : 20_000_000;

    public void Count(long timeNs, bool isKey)
    {
        (FirstNs, LastNs) = (Math.Min(FirstNs, timeNs), timeNs);
        Frames++;
        KeyFrames += isKey ? 1 : 0;
    }
}
