namespace AfterSales.Video.Recording.Muxing;

/// <summary>What one playback file is made of.</summary>
/// <param name="VideoTrack">Index among the video tracks of original.mkv; -1 for sound only.</param>
/// <param name="Voices">Number of voices, all mixed; ffmpeg's inputs after original.mkv.</param>
/// <param name="EndSeconds">Where its last frame or sound is.</param>
internal sealed record PlaybackPlan(string Name, string Format, string ContentType, int VideoTrack, string VideoCodec, int Voices, double EndSeconds)
{
    public string Purpose => Name.StartsWith("playback.", StringComparison.Ordinal) ? "playback" : "playback-other-codec";

    /// <summary>
    /// One file for the buyer's picture. When it changed codec in mid-call, one file per codec: a container track has one codec, and re-encoding is
    /// not an option. All have the whole sound and the same time axis; the longest picture is the first.
    /// </summary>
    public static List<PlaybackPlan> For(TimelineDocument timeline, int voices)
    {
        var tracks = timeline.Tracks;
        var videos = tracks.Where(t => t.Kind == "video").ToList();
        var soundEnd = voices > 0 ? timeline.DurationSeconds : 0;
        if (videos.Count == 0)
            return [new PlaybackPlan("playback.m4a", "ipod", "audio/mp4", -1, "", voices, soundEnd)];
        var main = videos[0];
        return
        [
            .. videos.Where(v => v.ParticipantId == main.ParticipantId && v.Source == main.Source).OrderByDescending(v => v.ToSeconds - v.FromSeconds)
                .Select((video, i) => For(video, videos.IndexOf(video), voices, i == 0 ? "playback" : $"playback-{i + 1}") with { EndSeconds = Math.Max(soundEnd, video.ToSeconds) }),
        ];
    }

    /// <summary>Arguments after the inputs: picture copied, voices summed.</summary>
    public List<string> OutputArguments(string path, double durationSeconds)
    {
        var arguments = new List<string>();
        if (VideoTrack >= 0)
            arguments.AddRange(["-map", $"0:v:{VideoTrack}", "-c:v", "copy"]);
        if (Voices > 0)
            arguments.AddRange(["-filter_complex", AudioMix.Graph(1, Voices, durationSeconds), "-map", "[mix]", .. Encoder()]);
        arguments.AddRange(Format == "webm" ? [] : ["-movflags", "+faststart"]);
        arguments.AddRange([.. Ffmpeg.Reproducible, "-flags:a", "+bitexact", "-f", Format, "-y", $"file:{path}"]);
        return arguments;
    }

    private static PlaybackPlan For(TimelineTrackDocument video, int index, int voices, string name) =>
        string.Equals(video.Codec, "H264", StringComparison.OrdinalIgnoreCase)
            ? new PlaybackPlan(name + ".mp4", "mp4", "video/mp4", index, "h264", voices, 0)
            : new PlaybackPlan(name + ".webm", "webm", "video/webm", index, video.Codec.ToLowerInvariant(), voices, 0);

    // Mono at 64 and 48 kbit/s is transparent for voice; the separate originals stay beside it.
    private string[] Encoder() => Format == "webm"
        ? ["-c:a", "libopus", "-application", "voip", "-b:a", "48k"]
        : ["-c:a", "aac", "-aac_coder", "fast", "-b:a", "64k"];
}
