using System.Text.Json.Nodes;
using AfterSales.Video.Evidence.Manifests;

namespace AfterSales.Video.Server.Features.Recordings;

/// <summary>timeline.json (recordings-schema/playback/v1) in the manifest's words: whole milliseconds instead of seconds.</summary>
internal sealed class TimelineReader(JsonNode timeline)
{
    public static TimelineReader Empty { get; } = new(new JsonObject());

    public List<ManifestTrack> Tracks() => Items("tracks").Select((track, i) => new ManifestTrack(
        $"track-{i + 1}", Text(track, "participantId"), Text(track, "role"), Text(track, "source"), Text(track, "kind"), Text(track, "clock"),
        Ms(track, "fromSeconds"), Ms(track, "toSeconds"), Number(track, "packets", Number(track, "frames")), Number(track, "lostPackets"), Number(track, "recoveredPackets"),
        Runs(track))).ToList();

    /// <summary>Where something is not there, then where it was not well.</summary>
    public List<ManifestGap> Gaps() => Items("gaps").Select(gap => new ManifestGap(
            Text(gap, "reason"), "", Ms(gap, "fromSeconds"), Ms(gap, "toSeconds"), Given(gap, "participantId"), Given(gap, "source")))
        .Concat(Items("impairments").Select(weak => new ManifestGap(
            Text(weak, "kind"), Text(weak, "detail"), Ms(weak, "fromSeconds"), Ms(weak, "toSeconds"), Given(weak, "participantId")))).ToList();

    public List<ManifestMark> Marks() => Items("events").Where(e => Text(e, "kind") is "mark" or "note")
        .Select(e => new ManifestMark(Text(e, "kind"), Ms(e, "seconds"), Text(e, "participantId"), Text(e, "detail"))).ToList();

    /// <summary>Everybody who joined, by role; who was only heard or seen counts from then on.</summary>
    public List<ManifestParty> Parties()
    {
        var parties = new Dictionary<string, ManifestParty>(StringComparer.Ordinal);
        foreach (var e in Items("events").Where(e => Text(e, "participantId").Length > 0))
        {
            var (id, at) = (Text(e, "participantId"), Ms(e, "seconds"));
            var known = parties.GetValueOrDefault(id) ?? new ManifestParty(id, Text(e, "role"), at);
            parties[id] = Text(e, "kind") is "participant_left" or "left" ? known with { LeftMs = at } : known;
        }

        foreach (var track in Items("tracks"))
            parties.TryAdd(Text(track, "participantId"), new ManifestParty(Text(track, "participantId"), Text(track, "role"), Ms(track, "fromSeconds")));
        return [.. parties.Values];
    }

    private static List<ManifestRun> Runs(JsonNode track)
    {
        var runs = Items(track, "runs").Select(run => new ManifestRun(
            Given(run, "codec") ?? Text(track, "codec"), Ms(run, "fromSeconds"), Ms(run, "toSeconds"), Text(run, "reason"), Size(run, "width"), Size(run, "height"), null)).ToList();
        return runs.Count > 0 ? runs : [new ManifestRun(Text(track, "codec"), Ms(track, "fromSeconds"), Ms(track, "toSeconds"), "start")];
    }

    private IEnumerable<JsonNode> Items(string name) => Items(timeline, name);

    private static IEnumerable<JsonNode> Items(JsonNode parent, string name) => parent[name] is JsonArray items ? items.OfType<JsonNode>() : [];

    private static string Text(JsonNode item, string name) => item[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private static string? Given(JsonNode item, string name) => Text(item, name) is { Length: > 0 } text ? text : null;

    private static long Number(JsonNode item, string name, long otherwise = 0) =>
        item[name] is JsonValue value && value.TryGetValue<double>(out var number) ? (long)number : otherwise;

    private static int? Size(JsonNode item, string name) => Number(item, name) is > 0 and var size ? (int)size : null;

    private static long Ms(JsonNode item, string name) =>
        item[name] is JsonValue value && value.TryGetValue<double>(out var seconds) ? (long)Math.Round(seconds * 1000) : 0;
}
