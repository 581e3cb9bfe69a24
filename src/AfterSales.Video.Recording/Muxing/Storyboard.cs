using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>
/// Small pictures of key frames on sprite sheets, for hovering over the player's timeline. Only key frames are decoded. In two runs, because a change of
/// size in mid-call ends a sheet that is being filled: first one small picture for each key frame, then the sheets from those.
/// </summary>
internal sealed class Storyboard(OutputFolder folder, PlayableFiles playable, Ffmpeg ffmpeg)
{
    private const int LongSide = 160;
    private const int Columns = 10;
    private const int Rows = 10;
    private const int MaxTiles = 300;
    private const double FinestSeconds = 2;

    /// <summary>Nothing is kept when it does not work: a storyboard is a courtesy.</summary>
    public async Task MakeAsync(CancellationToken ct)
    {
        var track = playable.Timeline.Tracks.First(t => t.Kind == "video");
        var tiles = Directory.CreateDirectory(folder.Final("storyboard.tmp"));
        try
        {
            var (width, height) = TileSize(track);
            var seconds = await CutAsync(tiles, width, height, ct);
            if (seconds.Count > 0 && await AssembleAsync(tiles, seconds.Count, ct))
                await WriteAsync(track, width, height, seconds, ct);
        }
        finally
        {
            tiles.Delete(recursive: true);
        }
    }

    private static (int Width, int Height) TileSize(TimelineTrackDocument track)
    {
        var run = track.Runs.MaxBy(r => r.ToSeconds - r.FromSeconds);
        var (width, height) = run is null ? (16, 9) : (run.Width, run.Height);
        var scale = LongSide / (double)Math.Max(width, height);
        return (Even(width * scale), Even(height * scale));

        static int Even(double length) => Math.Max(16, (int)length & ~1);
    }

    /// <returns>Time of each tile.</returns>
    private async Task<List<double>> CutAsync(DirectoryInfo tiles, int width, int height, CancellationToken ct)
    {
        var every = Math.Max(FinestSeconds, playable.Timeline.DurationSeconds / MaxTiles).ToString("0.###", CultureInfo.InvariantCulture);
        // The metadata filter prints time of what carries metadata.
        var filter = $"select='isnan(prev_selected_t)+gte(t-prev_selected_t\\,{every})',scale={width}:{height}:force_original_aspect_ratio=decrease,"
            + $"pad={width}:{height}:(ow-iw)/2:(oh-ih)/2,metadata=mode=add:key=tile:value=1,metadata=mode=print:file='pipe\\:1'";
        var cut = await ffmpeg.RunAsync(
            new ToolRun(folder.Path,
            [
                "-skip_frame", "nokey", .. Ffmpeg.Original, "-map", "0:v:0", "-vf", filter, "-fps_mode", "passthrough", "-c:v", "mjpeg", "-q:v", "5", .. Ffmpeg.Reproducible,
                "-frames:v", $"{2 * MaxTiles}", "-f", "image2", "-y", $"file:{tiles.Name}/%05d.jpg",
            ]), ct);
        var times = cut.Output.Split('\n').Where(l => l.StartsWith("frame:", StringComparison.Ordinal) && l.Contains("pts_time:", StringComparison.Ordinal))
            .Select(l => double.Parse(l.Split("pts_time:")[1].Trim(), CultureInfo.InvariantCulture)).ToList();
        var made = tiles.GetFiles("*.jpg").Length;
        return cut.Succeeded && made <= times.Count ? [.. times.Take(made)] : [];
    }

    private async Task<bool> AssembleAsync(DirectoryInfo tiles, int count, CancellationToken ct)
    {
        var assembled = await ffmpeg.RunAsync(
            new ToolRun(folder.Path,
            [
                "-protocol_whitelist", "file,pipe", "-f", "image2", "-c:v", "mjpeg", "-i", $"file:{tiles.Name}/%05d.jpg", "-vf", $"tile={Columns}x{Rows}", "-c:v", "mjpeg", "-q:v", "5",
                .. Ffmpeg.Reproducible, "-f", "image2", "-y", $"file:{tiles.Name}/sheet-%d.jpeg",
            ]), ct);
        var sheets = tiles.GetFiles("sheet-*.jpeg").Length;
        if (!assembled.Succeeded || sheets != Sheets(count))
            return false;
        for (var i = 1; i <= sheets; i++)
        {
            File.Move(Path.Combine(tiles.FullName, $"sheet-{i}.jpeg"), folder.Temporary($"storyboard-{i}.jpg"), overwrite: true);
            folder.Keep(new MuxedFile($"storyboard-{i}.jpg", folder.Final($"storyboard-{i}.jpg"), "storyboard-sheet", "image/jpeg") { DerivedFrom = ["original.mkv"] });
        }

        return true;
    }

    private async Task WriteAsync(TimelineTrackDocument track, int width, int height, List<double> seconds, CancellationToken ct)
    {
        var name = playable.Pictures.FirstOrDefault(p => p.ParticipantId == track.ParticipantId && p.Source == track.Source)?.Name ?? "";
        var document = new StoryboardDocument(
            1, name, track.ParticipantId, track.Role, width, height, Columns, Rows, [.. Enumerable.Range(1, Sheets(seconds.Count)).Select(i => $"storyboard-{i}.jpg")],
            [.. seconds.Select((at, i) => new StoryboardTile(at, i / (Columns * Rows), i % Columns * width, i / Columns % Rows * height))]);
        await folder.WriteAsync("storyboard.json", "storyboard", "application/json", JsonSerializer.SerializeToUtf8Bytes(document, StoryboardJson.Default.StoryboardDocument), ct);
    }

    private static int Sheets(int tiles) => (tiles + Columns * Rows - 1) / (Columns * Rows);
}

internal sealed record StoryboardDocument(
    int Version, string Name, string ParticipantId, string Role, int TileWidth, int TileHeight, int Columns, int Rows, IReadOnlyList<string> Sheets, IReadOnlyList<StoryboardTile> Tiles);

internal sealed record StoryboardTile(double Seconds, int Sheet, int X, int Y);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(StoryboardDocument))]
internal sealed partial class StoryboardJson : JsonSerializerContext;
