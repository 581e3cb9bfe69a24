using System.Globalization;
using System.Text.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Features.Recordings.Public;
using static AfterSales.Video.Server.Features.Review.PlaybackReader;

namespace AfterSales.Video.Server.Features.Review;

/// <summary>What timeline.json says of weak links: the photos sent in place of video, and when a link carried less than video.</summary>
internal static class StillsReader
{
    /// <summary>Photos further apart than this are two stretches: pages send one every 2 to 5 s, on the worst link one in 20 s.</summary>
    private const double StretchSeconds = 20;

    /// <summary>By time.</summary>
    public static IReadOnlyList<ReviewStillView> Stills(string recordingId, JsonElement timeline) =>
        [.. Items(timeline, "stills").Select(s => new ReviewStillView(
            Number(s, "seconds"), Text(s, "participantId"), Text(s, "role"), RecordingViews.FileUrl(recordingId, Text(s, "file")), (long)Number(s, "offset"),
            (int)Number(s, "length"), (int)Number(s, "width"), (int)Number(s, "height"), Text(s, "sha256"))).OrderBy(s => s.Seconds)];

    public static IEnumerable<LaneItemView> Lanes(JsonElement timeline) => [.. Photos(timeline), .. WeakLinks(timeline)];

    /// <summary>A stretch of photos is one item: there may be a thousand.</summary>
    private static IEnumerable<LaneItemView> Photos(JsonElement timeline)
    {
        foreach (var person in Items(timeline, "stills").GroupBy(s => Text(s, "participantId"), StringComparer.Ordinal))
        {
            var (from, to, count) = (0.0, 0.0, 0);
            var role = Text(person.First(), "role");
            foreach (var at in person.Select(s => Number(s, "seconds")).Order())
            {
                if (count > 0 && at - to > StretchSeconds)
                {
                    yield return Item(from, to, count);
                    count = 0;
                }

                (from, to, count) = (count == 0 ? at : from, at, count + 1);
            }

            yield return Item(from, to, count);

            LaneItemView Item(double begin, double end, int photos) =>
                new("photo", "stills", begin, end, person.Key, role, "camera", photos.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static IEnumerable<LaneItemView> WeakLinks(JsonElement timeline)
    {
        var end = Number(timeline, "durationSeconds");
        var gaps = Items(timeline, "gaps").Where(g => Text(g, "reason") is "photos_instead" or "sound_only").ToList();
        foreach (var person in Items(timeline, "events").Where(e => Text(e, "kind") == "media_mode").GroupBy(e => Text(e, "participantId"), StringComparer.Ordinal))
        {
            var events = person.OrderBy(e => Number(e, "seconds")).ToList();
            for (var i = 0; i < events.Count; i++)
            {
                var (from, to) = (Number(events[i], "seconds"), i + 1 < events.Count ? Number(events[i + 1], "seconds") : end);
                var (sends, receives) = (Word(events[i], "sends"), Word(events[i], "receives"));
                // Where the camera was silent there is a gap that says so already; a camera that never sent has none.
                var isSaid = gaps.Exists(g => Text(g, "participantId") == person.Key && Number(g, "fromSeconds") < to && Number(g, "toSeconds") > from);
                if (sends != "video" && !isSaid)
                    yield return new LaneItemView("gap", sends == "stills" ? "photos_instead" : "sound_only", from, to, person.Key, Text(events[i], "role"), "camera", "");
                if (receives != "video")
                    yield return new LaneItemView("loss", receives == "stills" ? "receives_photos" : "receives_sound", from, to, person.Key, Text(events[i], "role"), "", "");
            }
        }
    }

    private static string Word(JsonElement e, string name) => e.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object && Text(data, name) is { Length: > 0 } word ? word : "video";
}
