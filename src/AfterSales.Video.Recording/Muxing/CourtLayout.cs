using System.Globalization;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>One canvas for the whole call: the picture, or two side by side, above a bar of text.</summary>
internal sealed class CourtLayout
{
    public const int Width = 1280;
    public const int Height = 760;
    public const int PictureHeight = 720;
    private const int FramesPerSecond = 25;
    private readonly TimelineDocument _timeline;

    public CourtLayout(TimelineDocument timeline)
    {
        _timeline = timeline;
        // The buyer's picture and the first of another person; a screen comes before a camera of the same person only when it was there first.
        var sources = timeline.Tracks.Where(t => t.Kind == "video").GroupBy(t => (t.ParticipantId, t.Source)).Take(2).ToList();
        var width = Width / Math.Max(1, sources.Count);
        Tiles = [.. sources.Select((s, i) => Tile(s.ToList(), i * width, width))];
        if (Tiles.Count == 0)
            Tiles = [new CourtTile(timeline.Tracks.Select(t => t.Role).FirstOrDefault("call"), 0, Width, [], [new TimelineGapDocument("", "", 0, timeline.DurationSeconds, "sound only")], Sounds(timeline.Tracks.Select(t => t.ParticipantId).FirstOrDefault("")))];
    }

    public IReadOnlyList<CourtTile> Tiles { get; }

    /// <summary>
    /// A black base for the whole length, each track scaled into its place while it is the one shown, then the overlay. eval=frame: the picture may change
    /// its size at any frame; the canvas does not.
    /// </summary>
    public string Graph(string overlayFile)
    {
        var duration = _timeline.DurationSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        var graph = $"color=c=black:s={Width}x{Height}:r={FramesPerSecond}:d={duration},format=yuv420p[base0]";
        var n = 0;
        foreach (var tile in Tiles)
        {
            foreach (var (track, runs) in tile.Tracks)
            {
                var shown = string.Join('+', runs.Select(r => string.Create(CultureInfo.InvariantCulture, $"between(t,{r.From:0.###},{r.To:0.###})")));
                graph += $";[0:v:{track}]scale={tile.Width}:{PictureHeight}:force_original_aspect_ratio=decrease:force_divisible_by=2:eval=frame,"
                    + $"pad={tile.Width}:{PictureHeight}:(ow-iw)/2:(oh-ih)/2:eval=frame,setsar=1,format=yuv420p[p{n}]"
                    + $";[base{n}][p{n}]overlay={tile.X}:0:eof_action=repeat:enable='{shown}'[base{n + 1}]";
                n++;
            }
        }

        return graph + $";[base{n}]ass=filename={overlayFile}[picture]";
    }

    private CourtTile Tile(List<TimelineTrackDocument> tracks, int x, int width)
    {
        var videos = _timeline.Tracks.Where(t => t.Kind == "video").ToList();
        var shown = tracks.Select(t => (videos.IndexOf(t), Shown(t))).ToList();
        var gaps = _timeline.Gaps.Where(g => g.ParticipantId == tracks[0].ParticipantId && g.Source == tracks[0].Source && g.ToSeconds > g.FromSeconds).ToList();
        return new CourtTile(tracks[0].Role, x, width, shown, gaps, Sounds(tracks[0].ParticipantId));
    }

    /// <summary>Adjoining runs as one; the last frame stands until the end, under a slate when there is a gap.</summary>
    private static List<(double From, double To)> Shown(TimelineTrackDocument track)
    {
        var spans = new List<(double From, double To)>();
        foreach (var run in track.Runs)
        {
            if (spans.Count > 0 && run.FromSeconds - spans[^1].To < 0.001)
                spans[^1] = (spans[^1].From, run.ToSeconds);
            else
                spans.Add((run.FromSeconds, run.ToSeconds));
        }

        return spans;
    }

    private List<TimelineGapDocument> Sounds(string participant) =>
        [.. _timeline.Gaps.Where(g => g.ParticipantId == participant && _timeline.Tracks.Any(t => t.Kind == "audio" && t.ParticipantId == participant && t.Source == g.Source))];
}

/// <param name="Tracks">Index among the video tracks of original.mkv, and when it is the one shown.</param>
internal sealed record CourtTile(
    string Role, int X, int Width, IReadOnlyList<(int Track, List<(double From, double To)> Shown)> Tracks, IReadOnlyList<TimelineGapDocument> PictureGaps,
    IReadOnlyList<TimelineGapDocument> SoundGaps);
