using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>What a journal says about a call, without the media: its size does not grow with the packets.</summary>
internal sealed class CallIndex
{
    public required RecordingHeader Header { get; init; }
    public required long StartUtcNs { get; init; }

    /// <summary>In the order in which their first packets stand in the journal.</summary>
    public List<MediaRun> Runs { get; } = [];
    public List<TimedEvent> Events { get; } = [];

    /// <summary>Events of kind "quality", which are no events to people.</summary>
    public List<(long TimeNs, string Json)> Quality { get; } = [];
    public List<(long FromNs, long ToNs, string Reason)> Pauses { get; } = [];

    /// <summary>When a source was switched off, by what its participant said.</summary>
    public List<(long FromNs, long ToNs, string ParticipantId, string Source)> Mutes { get; } = [];

    /// <summary>When a participant's link carried no video of its own camera.</summary>
    public List<WeakLink> WeakLinks { get; } = [];

    /// <summary>What the recorder could not keep.</summary>
    public List<(long FromNs, long ToNs, uint Packets)> Lost { get; } = [];

    /// <summary>Time of the last thing in the journal.</summary>
    public long EndNs { get; set; }
    public EndCounts? End { get; set; }

    /// <summary>Why the journal could not be read to its END; empty when it could.</summary>
    public string Problem { get; set; } = "";
    public long Blocks { get; set; }
    public string HeadHashHex { get; set; } = "";
    public long Packets => Runs.Sum(r => r.Packets);
}

/// <param name="Kind">A room event's or an outside event's kind, "paused" or "resumed".</param>
/// <param name="Json">Payload of an outside event, "{}" for a room event.</param>
internal sealed record TimedEvent(long TimeNs, string Kind, string ParticipantId, string Role, string Detail, string Json);

internal static class TimedEvents
{
    public static TimedEvent From(in TapRoomEvent e, long timeNs) => new(timeNs, e.Kind, e.ParticipantId, e.Role, e.Detail, "{}");
}

/// <param name="Mode">"stills" or "audio_only".</param>
internal readonly record struct WeakLink(long FromNs, long ToNs, string ParticipantId, string Mode);
