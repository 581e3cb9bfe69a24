using System.Globalization;
using System.Text;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>Playlists (RFC 8216) over byte ranges of one file.</summary>
internal static class HlsPlaylist
{
    /// <summary>As long as a fragment may be, so that the target duration holds.</summary>
    private const double GapSeconds = 4;

    public static string Of(PictureDocument picture, DateTimeOffset originUtc)
    {
        var text = Head(picture.Segments, picture.Segments.All(s => s.Key));
        var run = -1;
        foreach (var segment in picture.Segments)
        {
            if (segment.Run != run)
            {
                text.Append(run < 0 ? "" : "#EXT-X-DISCONTINUITY\n");
                AppendMap(text, picture.File, picture.Runs[segment.Run].InitOffset!.Value, picture.Runs[segment.Run].InitLength!.Value);
                AppendDate(text, originUtc.AddSeconds(run < 0 ? 0 : segment.FromSeconds));
                AppendGap(text, picture.File, run < 0 ? segment.FromSeconds : 0);
                run = segment.Run;
            }

            Append(text, picture.File, segment);
        }

        return text.Append("#EXT-X-ENDLIST\n").ToString();
    }

    public static string Of(VoiceDocument voice, DateTimeOffset originUtc)
    {
        var text = Head(voice.Segments, isIndependent: true);
        AppendMap(text, voice.File, voice.InitOffset, voice.InitLength);
        AppendDate(text, originUtc);
        foreach (var segment in voice.Segments)
            Append(text, voice.File, segment);
        return text.Append("#EXT-X-ENDLIST\n").ToString();
    }

    /// <summary>The first picture with each voice as an audio rendition of its own.</summary>
    public static string Master(PictureDocument picture, IReadOnlyList<VoiceDocument> voices)
    {
        var text = new StringBuilder("#EXTM3U\n#EXT-X-VERSION:7\n");
        for (var i = 0; i < voices.Count; i++)
        {
            text.Append("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"voices\",NAME=\"").Append(voices[i].Name).Append("\",DEFAULT=").Append(i == 0 ? "YES" : "NO")
                .Append(",AUTOSELECT=").Append(i == 0 ? "YES" : "NO").Append(",CHANNELS=\"2\",URI=\"").Append(voices[i].Playlist).Append("\"\n");
        }

        var bits = picture.Segments.Sum(s => (long)s.Length) * 8 / Math.Max(0.1, picture.ToSeconds - picture.FromSeconds);
        var codecs = picture.Runs.Select(r => r.MimeType.Split('"')[1]).Distinct(StringComparer.Ordinal).Concat(voices.Count > 0 ? ["opus"] : []);
        text.Append("#EXT-X-STREAM-INF:BANDWIDTH=").Append((long)(picture.Segments.Max(s => s.Length * 8 / Math.Max(0.1, s.DurationSeconds)) + 64_000))
            .Append(",AVERAGE-BANDWIDTH=").Append((long)bits + 64_000).Append(",CODECS=\"").AppendJoin(',', codecs).Append('"')
            .Append(CultureInfo.InvariantCulture, $",RESOLUTION={picture.Runs[0].Width}x{picture.Runs[0].Height}");
        return text.Append(voices.Count > 0 ? ",AUDIO=\"voices\"\n" : "\n").Append(picture.Playlist).Append('\n').ToString();
    }

    private static StringBuilder Head(IReadOnlyList<SegmentDocument> segments, bool isIndependent)
    {
        var longest = Math.Ceiling(segments.Select(s => s.DurationSeconds).DefaultIfEmpty(1).Max());
        return new StringBuilder("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-TARGETDURATION:").Append(Math.Max(1, longest)).Append('\n')
            .Append(isIndependent ? "#EXT-X-INDEPENDENT-SEGMENTS\n" : "");
    }

    private static void Append(StringBuilder text, string file, SegmentDocument segment) => text
        .Append("#EXTINF:").Append(Number(segment.DurationSeconds)).Append(",\n#EXT-X-BYTERANGE:").Append(segment.Length).Append('@').Append(segment.Offset)
        .Append('\n').Append(file).Append('\n');

    /// <summary>A playlist's first segment is its time 0: what comes before the picture is a stated gap.</summary>
    private static void AppendGap(StringBuilder text, string file, double seconds)
    {
        for (; seconds > 0.001; seconds -= GapSeconds)
            text.Append("#EXT-X-GAP\n#EXTINF:").Append(Number(Math.Min(seconds, GapSeconds))).Append(",\n").Append(file).Append('\n');
    }

    private static void AppendMap(StringBuilder text, string file, long offset, int length) =>
        text.Append("#EXT-X-MAP:URI=\"").Append(file).Append("\",BYTERANGE=\"").Append(length).Append('@').Append(offset).Append("\"\n");

    private static void AppendDate(StringBuilder text, DateTimeOffset at) =>
        text.Append("#EXT-X-PROGRAM-DATE-TIME:").Append(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)).Append('\n');

    private static string Number(double seconds) => seconds.ToString("0.000000", CultureInfo.InvariantCulture);
}
