using System.Globalization;
using System.Text;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>
/// What is burnt into a court copy, as subtitles (Advanced SubStation Alpha): wall clock, ticket, digest, and a slate over each picture while there is
/// none. Written into a file of ours, so that no text ever stands in a filter's arguments.
/// </summary>
internal sealed class CourtOverlay(TimelineDocument timeline, CourtCopyRequest request, CourtLayout layout)
{
    // CourtLayout's width and height.
    private const string Head = """
        [Script Info]
        ScriptType: v4.00+
        PlayResX: 1280
        PlayResY: 760
        WrapStyle: 2

        [V4+ Styles]
        Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
        Style: bar,DejaVu Sans Mono,20,&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,0,0,7,0,0,0,1
        Style: slate,DejaVu Sans,26,&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,0,0,5,0,0,0,1
        Style: board,DejaVu Sans,20,&H00303030,&H00303030,&H00303030,&H00303030,0,0,0,0,100,100,0,0,1,0,0,7,0,0,0,1

        [Events]
        Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text

        """;
    private readonly StringBuilder _text = new();

    public string Write()
    {
        _text.Append(Head);
        WriteBar();
        foreach (var tile in layout.Tiles)
            WriteSlates(tile);
        return _text.ToString();
    }

    private void WriteBar()
    {
        var duration = timeline.DurationSeconds;
        var digest = request.DigestHex.Length > 16 ? request.DigestHex[..16] : request.DigestHex;
        Add(2, 0, duration, "bar", $"{{\\an9\\pos({CourtLayout.Width - 12},{CourtLayout.PictureHeight + 10})}}{Clean(request.TicketNumber)}   sha256 {Clean(digest)}");
        // The first tick is the rest of the second in which the recording begins.
        for (var from = 0d; from < duration;)
        {
            var at = timeline.OriginUtc.AddSeconds(from + 0.001);
            var to = Math.Min(duration, from + 1 - at.Millisecond / 1000.0 + 0.001);
            var local = TimeZoneInfo.ConvertTime(at, request.TimeZone);
            Add(2, from, to, "bar", $"{{\\pos(12,{CourtLayout.PictureHeight + 10})}}{local.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)}");
            from = Math.Max(to, from + 0.01);
        }
    }

    private void WriteSlates(CourtTile tile)
    {
        foreach (var gap in tile.PictureGaps.Where(g => g.ToSeconds - g.FromSeconds >= 0.2))
        {
            Add(0, gap.FromSeconds, gap.ToSeconds, "board", $"{{\\pos({tile.X},0)\\p1}}m 0 0 l {tile.Width} 0 {tile.Width} {CourtLayout.PictureHeight} 0 {CourtLayout.PictureHeight}{{\\p0}}");
            var length = (gap.ToSeconds - gap.FromSeconds).ToString("0.0", CultureInfo.InvariantCulture);
            Add(1, gap.FromSeconds, gap.ToSeconds, "slate", $"{{\\pos({tile.X + tile.Width / 2},{CourtLayout.PictureHeight / 2})}}{tile.Role}: no picture\\N{Words(gap.Reason)}, {length} s");
        }

        foreach (var gap in tile.SoundGaps.Where(g => g.ToSeconds - g.FromSeconds >= 0.5))
            Add(1, gap.FromSeconds, gap.ToSeconds, "slate", $"{{\\an8\\pos({tile.X + tile.Width / 2},12)\\fs20}}{tile.Role}: no sound, {Words(gap.Reason)}");
    }

    private void Add(int layer, double from, double to, string style, string text) =>
        _text.Append(CultureInfo.InvariantCulture, $"Dialogue: {layer},{Time(from)},{Time(to)},{style},,0,0,0,,{text}\n");

    /// <summary>Braces and backslashes are commands of the format, a line break would be a new event.</summary>
    private static string Clean(string text) =>
        new([.. text.Take(64).Select(c => c is '{' or '}' or '\\' || char.IsControl(c) ? ' ' : c)]);

    private static string Words(string reason) => Clean(reason.Replace('_', ' '));

    private static string Time(double seconds)
    {
        var hundredths = (long)Math.Round(Math.Max(0, seconds) * 100);
        return string.Create(CultureInfo.InvariantCulture, $"{hundredths / 360_000}:{hundredths / 6000 % 60:00}:{hundredths / 100 % 60:00}.{hundredths % 100:00}");
    }
}
