using System.Text.Json;
using System.Text.Json.Serialization;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Recording.Timeline;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>timeline.json: what is in the recording, when, and what is not. Times in seconds of playback.</summary>
internal sealed record TimelineDocument(
    int Version, string RecordingId, string CallId, string TicketId, DateTimeOffset OriginUtc, double DurationSeconds, string JournalHeadSha256, long JournalBlocks,
    EndCounts? End, string Problem, IReadOnlyList<TimelineTrackDocument> Tracks, IReadOnlyList<TimelineGapDocument> Gaps, IReadOnlyList<TimelineEventDocument> Events)
{
    public static TimelineDocument From(CallTimeline timeline, IReadOnlyList<TimelineTrack> order, IReadOnlyList<RecordingGap> gaps)
    {
        var index = timeline.Index;
        return new TimelineDocument(
            1, index.Header.RecordingId, index.Header.CallId, index.Header.TicketId, Utc(index.StartUtcNs + timeline.OriginNs),
            timeline.DurationNs / 1e9, index.HeadHashHex, index.Blocks, index.End, index.Problem,
            [.. order.Select((t, i) => Track(timeline, t, i))],
            [.. gaps.Select(g => new TimelineGapDocument(g.ParticipantId, g.Source, g.From.TotalSeconds, g.To.TotalSeconds, g.Reason))],
            [.. index.Events.OrderBy(e => e.TimeNs).Select(e => Event(timeline, e))]);
    }

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, TimelineJson.Default.TimelineDocument);

    private static TimelineTrackDocument Track(CallTimeline timeline, TimelineTrack track, int index) => new(
        index, track.ParticipantId, track.Role, track.Source, track.Kind == MediaKind.Video ? "video" : "audio", track.Codec,
        (track.FirstNs - timeline.OriginNs) / 1e9, (track.LastNs - timeline.OriginNs) / 1e9, track.Samples.Count,
        track.Samples.Count(s => s.Frame.IsKey), track.DroppedFrames, track.LostPackets, track.RecoveredPackets,
        track.BySenderReports ? "sender_reports" : "arrival");

    private static TimelineEventDocument Event(CallTimeline timeline, TimedEvent e)
    {
        JsonElement? data = null;
        try
        {
            data = JsonElement.Parse(e.Json);
        }
        catch (JsonException)
        {
            // The recorder takes what it is given; a broken event still has its kind and time.
        }

        return new TimelineEventDocument((e.TimeNs - timeline.OriginNs) / 1e9, e.Kind, e.ParticipantId, e.Role, e.Detail, data);
    }

    private static DateTimeOffset Utc(long unixNs) => DateTimeOffset.UnixEpoch.AddTicks(unixNs / 100);
}

/// <param name="Index">Track order in original.mkv.</param>
/// <param name="DroppedFrames">Left out because a packet of them, or of a frame they refer to, never came.</param>
/// <param name="LostPackets">Sequence numbers never seen; pauses count here too.</param>
/// <param name="Clock">"sender_reports" or "arrival" (less exact).</param>
internal sealed record TimelineTrackDocument(
    int Index, string ParticipantId, string Role, string Source, string Kind, string Codec, double FromSeconds, double ToSeconds, int Frames, int KeyFrames,
    int DroppedFrames, long LostPackets, int RecoveredPackets, string Clock);

internal sealed record TimelineGapDocument(string ParticipantId, string Source, double FromSeconds, double ToSeconds, string Reason);

/// <param name="Seconds">Negative before the first medium.</param>
internal sealed record TimelineEventDocument(double Seconds, string Kind, string ParticipantId, string Role, string Detail, JsonElement? Data);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(TimelineDocument))]
internal sealed partial class TimelineJson : JsonSerializerContext;
