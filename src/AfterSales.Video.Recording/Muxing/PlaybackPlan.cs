using AfterSales.Video.Recording.Timeline;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>What one playback file is made of.</summary>
/// <param name="VideoTrack">Index among the video tracks of original.mkv; -1 for sound only.</param>
/// <param name="Voices">Number of audio tracks, all mixed.</param>
internal sealed record PlaybackPlan(string Name, string Format, string ContentType, int VideoTrack, string VideoCodec, int Voices)
{
    /// <summary>
    /// One file for the buyer's picture. When it changed codec in mid-call, one file per codec: a container track has one codec, and re-encoding is
    /// not an option. All have the whole sound and the same time axis; the longest picture is the first.
    /// </summary>
    public static List<PlaybackPlan> For(IReadOnlyList<TimelineTrack> tracks)
    {
        var videos = tracks.Where(t => t.Kind == MediaKind.Video).ToList();
        var voices = tracks.Count - videos.Count;
        if (videos.Count == 0)
            return [new PlaybackPlan("playback.m4a", "ipod", "audio/mp4", -1, "", voices)];
        var main = videos[0];
        return
        [
            .. videos.Where(v => v.ParticipantId == main.ParticipantId && v.Source == main.Source).OrderByDescending(Shown)
                .Select((video, i) => For(video, videos.IndexOf(video), voices, i == 0 ? "playback" : $"playback-{i + 1}")),
        ];
    }

    /// <summary>Arguments after the input: picture copied, voices laid on the time axis (silence where there is none) and summed.</summary>
    public List<string> OutputArguments(string path)
    {
        var arguments = new List<string>();
        if (VideoTrack >= 0)
            arguments.AddRange(["-map", $"0:v:{VideoTrack}", "-c:v", "copy"]);
        if (Voices > 0)
            arguments.AddRange(["-filter_complex", Mix(), "-map", "[mix]", .. Encoder()]);
        arguments.AddRange(Format == "webm" ? [] : ["-movflags", "+faststart"]);
        arguments.AddRange(["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-f", Format, "-y", $"file:{path}"]);
        return arguments;
    }

    private static double Shown(TimelineTrack track) => track.LastNs - track.FirstNs;

    private static PlaybackPlan For(TimelineTrack video, int index, int voices, string name) =>
        string.Equals(video.Codec, "H264", StringComparison.OrdinalIgnoreCase)
            ? new PlaybackPlan(name + ".mp4", "mp4", "video/mp4", index, "h264", voices)
            : new PlaybackPlan(name + ".webm", "webm", "video/webm", index, video.Codec.ToLowerInvariant(), voices);

    // Mono at 64 and 48 kbit/s is transparent for voice; the separate originals stay beside it.
    private string[] Encoder() => Format == "webm"
        ? ["-c:a", "libopus", "-application", "voip", "-b:a", "48k"]
        : ["-c:a", "aac", "-aac_coder", "fast", "-b:a", "64k"];

    /// <summary>
    /// async: holes of 10 ms and more are filled or cut at once, slow drift is stretched by at most 1000 samples a second; first_pts=0 puts silence
    /// before a late start. normalize=0: a voice keeps its level when another comes or goes.
    /// </summary>
    private string Mix()
    {
        const string place = "aresample=48000:async=1000:min_comp=0.001:min_hard_comp=0.010:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=mono";
        var parts = Enumerable.Range(0, Voices).Select(i => $"[0:a:{i}]{place}[v{i}]").ToList();
        var inputs = string.Concat(Enumerable.Range(0, Voices).Select(i => $"[v{i}]"));
        parts.Add(Voices == 1 ? "[v0]anull[mix]" : $"{inputs}amix=inputs={Voices}:duration=longest:normalize=0[mix]");
        return string.Join(';', parts);
    }
}
