using System.Text.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Features.Recordings.Public;

namespace AfterSales.Video.Server.Features.Review;

/// <summary>playback.json and timeline.json (recordings-schema/playback/v1) as the player's page wants them.</summary>
internal static class PlaybackReader
{
    public static ReviewPlaybackView? Playback(string recordingId, byte[]? playbackJson, IReadOnlyList<RecordingFileRow> files)
    {
        if (playbackJson is null)
            return null;
        using var document = JsonDocument.Parse(playbackJson);
        // The muxer puts the buyer's camera first.
        var pictures = Items(document.RootElement, "pictures").Select(picture => Picture(recordingId, picture)).ToList();
        var voices = Items(document.RootElement, "voices").Select(voice => new ReviewVoiceView(
            Text(voice, "participantId"), Text(voice, "role"), RecordingViews.FileUrl(recordingId, Text(voice, "file")), 0)).ToList();
        return new ReviewPlaybackView(
            pictures.Count == 0 ? "audio" : pictures[0].Kind, pictures.Count == 0 ? null : pictures[0].Url, pictures, voices,
            UrlOf("poster"), UrlOf("storyboard"), UrlOf("waveform"));

        string? UrlOf(string purpose) => files.FirstOrDefault(f => f.Purpose == purpose) is { } file ? RecordingViews.FileUrl(recordingId, file.Name) : null;
    }

    public static IReadOnlyList<ReviewTrackView> Tracks(JsonElement timeline) =>
        Items(timeline, "tracks").Select(t => new ReviewTrackView(
            Text(t, "participantId"), Text(t, "role"), Text(t, "source"), Text(t, "kind"), Text(t, "codec"), Number(t, "fromSeconds"), Number(t, "toSeconds"),
            (int)Number(t, "frames"), (int)Number(t, "droppedFrames"), (long)Number(t, "lostPackets"), (int)Number(t, "recoveredPackets"), Text(t, "clock"))).ToList();

    /// <summary>By time.</summary>
    public static IReadOnlyList<LaneItemView> Lanes(JsonElement timeline)
    {
        var roles = Items(timeline, "tracks").GroupBy(t => Text(t, "participantId"), StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => Text(g.First(), "role"), StringComparer.Ordinal);
        var gaps = Items(timeline, "gaps").Select(gap =>
        {
            var (reason, participant) = (Text(gap, "reason"), Text(gap, "participantId"));
            return new LaneItemView(
                LaneOfGap(reason), reason, Number(gap, "fromSeconds"), Number(gap, "toSeconds"), participant, roles.GetValueOrDefault(participant, ""), Text(gap, "source"), "");
        });
        var events = Items(timeline, "events").Where(e => Text(e, "kind") is not ("dtls_connected" or "media_mode" or "media_advice")).Select(e => new LaneItemView(
            LaneOfEvent(Text(e, "kind")), Text(e, "kind"), Number(e, "seconds"), Number(e, "seconds"), Text(e, "participantId"), Text(e, "role"), "", Text(e, "detail")));
        var weak = Items(timeline, "impairments").Select(w => new LaneItemView(
            "loss", Text(w, "kind"), Number(w, "fromSeconds"), Number(w, "toSeconds"), Text(w, "participantId"), Text(w, "role"), "", Text(w, "figure")));
        return [.. gaps.Concat(events).Concat(weak).Concat(StillsReader.Lanes(timeline)).OrderBy(i => i.FromSeconds)];
    }

    private static ReviewPictureView Picture(string recordingId, JsonElement picture)
    {
        var (kind, file) = (Text(picture, "kind"), Text(picture, "file"));
        var runs = Items(picture, "runs").Select(run => new ReviewPictureRunView(
            Text(run, "codec"), (int)Number(run, "width"), (int)Number(run, "height"), Number(run, "fromSeconds"), Number(run, "toSeconds"))).ToList();
        return new ReviewPictureView(
            Text(picture, "participantId"), Text(picture, "role"), Text(picture, "source"), kind,
            RecordingViews.FileUrl(recordingId, kind == "hls" ? Text(picture, "playlist") : file), file, Number(picture, "fromSeconds"), Number(picture, "toSeconds"), runs);
    }

    private static string LaneOfGap(string reason) => reason switch
    {
        "mute" => "mute",
        "pause" => "pause",
        "network" or "recorder" => "loss",
        _ => "gap",
    };

    private static string LaneOfEvent(string kind) => kind switch
    {
        "mark" => "mark",
        "note" => "note",
        "paused" or "resumed" => "pause",
        _ when kind.StartsWith("consent", StringComparison.Ordinal) => "consent",
        _ when kind.StartsWith("participant", StringComparison.Ordinal) || kind is "joined" or "left" or "connected" or "interrupted" => "people",
        _ when kind.Contains("mute", StringComparison.Ordinal) => "mute",
        _ when kind.StartsWith("photo", StringComparison.Ordinal) => "photo",
        _ => "system",
    };

    internal static IEnumerable<JsonElement> Items(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : [];

    internal static string Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    internal static double Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
}
