using System.Text.Json;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>One participant's quality by the second, read from the journal's "quality" events (recordings-schema/journal/v1 §5.1).</summary>
internal sealed class QualityTrack(string participantId, string role)
{
    /// <summary>A day of seconds; a journal that says more is not believed further.</summary>
    private const int MostSeconds = 86_400;

    public string ParticipantId => participantId;
    public string Role => role;
    public List<QualitySecond> Seconds { get; } = [];
    public List<QualitySeen> Seen { get; } = [];

    /// <summary>By role and time. What is not an event of version 1 is left out: it stays in the journal.</summary>
    public static List<QualityTrack> ReadAll(IEnumerable<(long TimeNs, string Json)> events)
    {
        var tracks = new List<QualityTrack>();
        foreach (var (timeNs, json) in events)
        {
            try
            {
                using var document = JsonDocument.Parse(json);
                Read(tracks, timeNs, document.RootElement);
            }
            catch (JsonException)
            {
                // The recorder takes what it is given.
            }
        }

        foreach (var track in tracks)
        {
            track.Seconds.Sort((a, b) => a.EndNs.CompareTo(b.EndNs));
            track.Seen.Sort((a, b) => a.EndNs.CompareTo(b.EndNs));
        }

        return [.. tracks.OrderBy(t => CallTimeline.RoleOrder(t.Role)).ThenBy(t => t.ParticipantId, StringComparer.Ordinal)];
    }

    private static void Read(List<QualityTrack> tracks, long timeNs, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || Number(json, "v") != 1 || Text(json, "participant") is not { Length: > 0 } id)
            return;
        var track = tracks.Find(t => t.ParticipantId == id);
        if (track is null)
            tracks.Add(track = new QualityTrack(id, Text(json, "role")));
        track.ReadSeconds(timeNs, json);
        if (json.TryGetProperty("seen", out var seen) && seen.ValueKind == JsonValueKind.Array)
        {
            foreach (var one in seen.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object).Take(MostSeconds - track.Seen.Count))
                track.Seen.Add(SeenOf(timeNs, one));
        }
    }

    private void ReadSeconds(long timeNs, JsonElement json)
    {
        var ago = Column(json, "agoMs");
        var columns = ColumnNames.Select(name => Column(json, name)).ToArray();
        var codec = Text(json, "codec");
        for (var i = 0; i < ago.Count && Seconds.Count < MostSeconds; i++)
        {
            long At(int column) => i < columns[column].Count ? columns[column][i] : 0;
            Seconds.Add(new QualitySecond(
                timeNs - ago[i] * 1_000_000, At(0) / 1000.0, At(1) / 1000.0, (int)At(2), (int)At(3), (int)At(4), At(5), At(6), (int)At(7), (int)At(8), (int)At(9), At(10), (int)At(11), codec));
        }
    }

    private static readonly string[] ColumnNames =
    [
        "upLossPermille", "downLossPermille", "roundTripMs", "upJitterMs", "downJitterMs", "upKbps", "downKbps", "received", "lost", "repaired", "videoKbps", "layer",
    ];

    private static QualitySeen SeenOf(long timeNs, JsonElement one)
    {
        var endNs = timeNs - Number(one, "agoMs") * 1_000_000;
        return new QualitySeen(
            endNs - Number(one, "overMs") * 1_000_000, endNs, (int)Number(one, "frames"), (int)Number(one, "freezes"), (int)Number(one, "frozenMs"), (int)Number(one, "bufferMs"),
            (int)Number(one, "width"), (int)Number(one, "height"), (int)Number(one, "sentWidth"), (int)Number(one, "sentHeight"), Text(one, "path"));
    }

    private static List<long> Column(JsonElement json, string name) =>
        json.TryGetProperty(name, out var column) && column.ValueKind == JsonValueKind.Array ? [.. column.EnumerateArray().Select(Whole)] : [];

    private static long Number(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? Whole(value) : 0;

    /// <summary>Counts and milliseconds: nothing honest is negative or above a day.</summary>
    private static long Whole(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? (long)Math.Clamp(number, 0, MostSeconds * 1000.0) : 0;

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}

/// <summary>What the server measured. "Up" is participant → server; loss 0..1 before repair, packets of all its sources.</summary>
/// <param name="EndNs">Recording time at which this second ended.</param>
/// <param name="Layer">Of the forwarded encodings; 0 without simulcast.</param>
internal readonly record struct QualitySecond(
    long EndNs, double UpLoss, double DownLoss, int RoundTripMs, int UpJitterMs, int DownJitterMs, long UpKbps, long DownKbps,
    int Received, int Lost, int Repaired, long VideoKbps, int Layer, string Codec);

/// <summary>What the participant's page says it saw in about five seconds.</summary>
internal readonly record struct QualitySeen(
    long FromNs, long EndNs, int Frames, int Freezes, int FrozenMs, int BufferMs, int Width, int Height, int SentWidth, int SentHeight, string Path);
