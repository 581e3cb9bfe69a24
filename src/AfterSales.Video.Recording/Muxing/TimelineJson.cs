using System.Text.Json;
using System.Text.Json.Serialization;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Recording.Timeline;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>timeline.json: what is in the recording, when, and what is not. Times in seconds of playback.</summary>
internal sealed record TimelineDocument(
    int Version, string RecordingId, string CallId, string TicketId, DateTimeOffset OriginUtc, double DurationSeconds, string JournalHeadSha256, long JournalBlocks,
    EndCounts? End, string Problem, IReadOnlyList<TimelineTrackDocument> Tracks, IReadOnlyList<TimelineGapDocument> Gaps, IReadOnlyList<TimelineEventDocument> Events,
    IReadOnlyList<TimelineStillDocument>? Stills = null)
{
    /// <summary>By the second, each participant; empty in recordings made before it was kept.</summary>
    public IReadOnlyList<TimelineQualityDocument> Quality { get; init; } = [];

    /// <summary>Stretches worse than people put up with.</summary>
    public IReadOnlyList<TimelineImpairmentDocument> Impairments { get; init; } = [];

    /// <param name="tracks">In the order of original.mkv.</param>
    /// <param name="pictures">Say the runs of each picture track.</param>
    public static TimelineDocument From(
        CallTimeline timeline, IReadOnlyList<TimelineTrack> tracks, IReadOnlyList<PictureDocument> pictures, IReadOnlyList<RecordingGap> gaps,
        IReadOnlyList<TimelineStillDocument> stills)
    {
        var index = timeline.Index;
        var quality = QualityTrack.ReadAll(index.Quality);
        return new TimelineDocument(
            1, index.Header.RecordingId, index.Header.CallId, index.Header.TicketId, Utc(timeline.OriginUtcNs),
            timeline.DurationNs / 1e9, index.HeadHashHex, index.Blocks, index.End, index.Problem,
            [.. tracks.Select((t, i) => Track(timeline, t, i, pictures))],
            [.. gaps.Select(g => new TimelineGapDocument(g.ParticipantId, g.Source, g.From.TotalSeconds, g.To.TotalSeconds, g.Reason))],
            [.. index.Events.OrderBy(e => e.TimeNs).Select(e => Event(timeline, e))], stills)
        {
            Quality = [.. quality.Select(track => TimelineQualityDocument.From(timeline, track))],
            Impairments = [.. quality.SelectMany(Timeline.Impairments.Of).OrderBy(i => i.FromNs).Select(i => TimelineImpairmentDocument.From(timeline, i))],
        };
    }

    /// <summary>Null when it is not a timeline of this version.</summary>
    public static TimelineDocument? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, TimelineJson.Default.TimelineDocument) is { Version: 1 } document ? document : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, TimelineJson.Default.TimelineDocument);

    private static TimelineTrackDocument Track(CallTimeline timeline, TimelineTrack track, int index, IReadOnlyList<PictureDocument> pictures) => new(
        index, track.ParticipantId, track.Role, track.Source, track.IsVideo ? "video" : "audio", track.Codec,
        Seconds(timeline, track, track.FirstNs), Seconds(timeline, track, track.LastNs), track.Frames, track.KeyFrames,
        track.DroppedFrames, track.LostPackets, track.RecoveredPackets, track.BySenderReports ? "sender_reports" : "arrival",
        [.. pictures.Where(p => p.ParticipantId == track.ParticipantId && p.Source == track.Source).SelectMany(p => p.Runs)
            .Where(r => track.IsVideo && string.Equals(r.Codec, track.Codec, StringComparison.OrdinalIgnoreCase))
            .Select(r => new TimelineRunDocument(r.FromSeconds, r.ToSeconds, r.Width, r.Height, r.Reason))]);

    private static double Seconds(CallTimeline timeline, TimelineTrack track, long recordingNs) => track.Frames > 0 ? (recordingNs - timeline.OriginNs) / 1e9 : 0;

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
/// <param name="LostPackets">Sequence numbers never seen; what was sent in pauses and mutes counts here too.</param>
/// <param name="Clock">"sender_reports" or "arrival" (less exact).</param>
internal sealed record TimelineTrackDocument(
    int Index, string ParticipantId, string Role, string Source, string Kind, string Codec, double FromSeconds, double ToSeconds, int Frames, int KeyFrames,
    int DroppedFrames, long LostPackets, int RecoveredPackets, string Clock, IReadOnlyList<TimelineRunDocument> Runs);

/// <param name="Reason">"start", "size", "codec" or "rejoin".</param>
internal sealed record TimelineRunDocument(double FromSeconds, double ToSeconds, int Width, int Height, string Reason);

internal sealed record TimelineGapDocument(string ParticipantId, string Source, double FromSeconds, double ToSeconds, string Reason);

/// <param name="Seconds">Negative before the first medium.</param>
internal sealed record TimelineEventDocument(double Seconds, string Kind, string ParticipantId, string Role, string Detail, JsonElement? Data);

/// <summary>A photo sent in place of video.</summary>
/// <param name="Seconds">When the server had it.</param>
/// <param name="Offset">Where its bytes begin in the file.</param>
/// <param name="Sha256">Lower-case hex, as in the journal.</param>
internal sealed record TimelineStillDocument(
    double Seconds, string ParticipantId, string Role, string Source, string File, long Offset, int Length, int Width, int Height, string Sha256);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(TimelineDocument))]
internal sealed partial class TimelineJson : JsonSerializerContext;
