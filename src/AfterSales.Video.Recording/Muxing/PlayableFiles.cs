using System.Text.Json;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>What the first step said it made: all that the later steps know of the call.</summary>
internal sealed record PlayableFiles(TimelineDocument Timeline, IReadOnlyList<PictureDocument> Pictures, IReadOnlyList<VoiceDocument> Voices)
{
    /// <returns>Null with a reason when the first step's files are not in the folder.</returns>
    public static async Task<(PlayableFiles? Files, string Problem)> ReadAsync(string folder, CancellationToken ct)
    {
        if (await ReadAsync(folder, "timeline.json", ct) is not { } bytes || TimelineDocument.Read(bytes) is not { } timeline)
            return (null, "timeline.json is missing or not of this version: make the recording playable first.");
        if (timeline.Tracks.Count == 0)
            return (new PlayableFiles(timeline, [], []), "");
        if (await ReadAsync(folder, "playback.json", ct) is not { } plan || ReadPlan(plan) is not { } playback)
            return (null, "playback.json is missing or not of this version: make the recording playable first.");
        var missing = playback.Voices.Select(v => v.File).Prepend("original.mkv").FirstOrDefault(name => !File.Exists(Path.Combine(folder, name)));
        return missing is null ? (new PlayableFiles(timeline, playback.Pictures, playback.Voices), "") : (null, $"{missing} is missing: make the recording playable first.");
    }

    private static async Task<byte[]?> ReadAsync(string folder, string name, CancellationToken ct)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? await File.ReadAllBytesAsync(path, ct) : null;
    }

    /// <summary>A name that is none of ours is refused: it becomes an argument of ffmpeg.</summary>
    private static PlaybackDocument? ReadPlan(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, PlaybackJson.Default.PlaybackDocument) is { Version: 1 } document
                && document.Voices.All(v => v.File.StartsWith("voice-", StringComparison.Ordinal) && v.File.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.'))
                ? document : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
