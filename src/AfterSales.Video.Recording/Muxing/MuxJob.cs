using AfterSales.Video.Recording.Timeline;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>One mux: files come into being under a temporary name and get their own when they are right, so a second run finds no halves.</summary>
internal sealed class MuxJob(CallTimeline timeline, string folder, Ffmpeg ffmpeg)
{
    private readonly List<MuxedFile> _files = [];

    public CallTimeline Timeline => timeline;
    public IReadOnlyList<MuxedFile> Files => _files;
    public TimeSpan Duration => TimeSpan.FromTicks(timeline.DurationNs / 100);

    public string Temporary(string name) => Path.Combine(folder, $"{name}.part");

    public void Keep(string name, string purpose, string contentType)
    {
        var path = Path.Combine(folder, name);
        File.Move(Temporary(name), path, overwrite: true);
        _files.Add(new MuxedFile(name, path, purpose, contentType));
    }

    /// <returns>Empty when every playback file is right.</returns>
    public async Task<string> MakePlaybackAsync(IReadOnlyList<TimelineTrack> tracks, CancellationToken ct)
    {
        var original = Path.Combine(folder, "original.mkv");
        foreach (var plan in PlaybackPlan.For(tracks))
        {
            var problem = await ffmpeg.PlaybackAsync(original, plan, Temporary(plan.Name), Expected(plan, tracks), ct);
            if (problem.Length > 0)
                return problem;
            Keep(plan.Name, plan.Name.StartsWith("playback.", StringComparison.Ordinal) ? "playback" : "playback-other-codec", plan.ContentType);
        }

        await MakePosterAsync(original, tracks, ct);
        return "";
    }

    public async Task WriteTimelineAsync(IReadOnlyList<TimelineTrack> tracks, IReadOnlyList<RecordingGap> gaps, CancellationToken ct)
    {
        await File.WriteAllBytesAsync(Temporary("timeline.json"), TimelineDocument.From(timeline, tracks, gaps).ToUtf8(), ct);
        Keep("timeline.json", "timeline", "application/json");
    }

    private TimeSpan Expected(PlaybackPlan plan, IReadOnlyList<TimelineTrack> tracks)
    {
        var videos = tracks.Where(t => t.Kind == MediaKind.Video).ToList();
        var lastNs = tracks.Where(t => t.Kind == MediaKind.Audio || (plan.VideoTrack >= 0 && t == videos[plan.VideoTrack])).Max(t => t.LastNs);
        return TimeSpan.FromTicks((lastNs - timeline.OriginNs) / 100);
    }

    /// <summary>A second into the picture: the first frame of a phone camera is often black.</summary>
    private async Task MakePosterAsync(string original, IReadOnlyList<TimelineTrack> tracks, CancellationToken ct)
    {
        var video = tracks.FirstOrDefault(t => t.Kind == MediaKind.Video);
        if (video is null)
            return;
        var at = Math.Min(video.FirstNs + 1_000_000_000, (video.FirstNs + video.LastNs) / 2) - timeline.OriginNs;
        // A poster is a courtesy; without one the recording is still whole.
        if (await ffmpeg.PosterAsync(original, 0, TimeSpan.FromTicks(at / 100), Temporary("poster.jpg"), ct))
            Keep("poster.jpg", "poster", "image/jpeg");
    }
}
