using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Timeline;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>Journal → timeline → original.mkv → ffmpeg → playback and poster.</summary>
public sealed class CallMuxer(MuxerOptions options, TimeProvider time) : ICallMuxer
{
    private readonly string? _ffmpeg = ToolFinder.Find(options.FfmpegPath);
    private readonly string? _ffprobe = ToolFinder.Find(options.FfprobePath);

    /// <inheritdoc/>
    public string? Problem => (_ffmpeg, _ffprobe) switch
    {
        (null, _) => $"'{options.FfmpegPath}' was not found: install ffmpeg (Debian: apt-get install ffmpeg) or set its path. Journals are kept until then.",
        (_, null) => $"'{options.FfprobePath}' was not found: it comes with ffmpeg (Debian: apt-get install ffmpeg); or set its path. Journals are kept until then.",
        _ => null,
    };

    /// <inheritdoc/>
    public async Task<MuxResult> MuxAsync(string journalPath, ReadOnlyMemory<byte> dataKey, string outputFolder, CancellationToken ct)
    {
        if (Problem is { } problem)
            return Failed(problem);
        if (!RecordingJournal.TryOpen(journalPath, dataKey.Span, out var journal, out var unreadable))
            return Failed(unreadable);
        using var opened = journal;
        if (!CallIndexer.TryIndex(journal, ct, out var index, out unreadable))
            return Failed(unreadable);
        var timeline = CallTimeline.Build(index);
        Directory.CreateDirectory(outputFolder);
        return await MuxAsync(new MuxJob(timeline, outputFolder, new Ffmpeg(_ffmpeg!, _ffprobe!, options, time)), journal, ct);
    }

    private static async Task<MuxResult> MuxAsync(MuxJob job, RecordingJournal journal, CancellationToken ct)
    {
        var gaps = GapFinder.Find(job.Timeline);
        var original = job.Temporary("original.mkv");
        var tracks = new OriginalWriter(journal).Write(job.Timeline, original, ct);
        if (tracks.Count == 0)
        {
            await job.WriteTimelineAsync(tracks, gaps, ct);
            return new MuxResult("empty", "no medium reached the recorder", TimeSpan.Zero, job.Files, gaps);
        }

        job.Keep("original.mkv", "original", "video/x-matroska");
        var problem = await job.MakePlaybackAsync(tracks, ct);
        await job.WriteTimelineAsync(tracks, gaps, ct);
        if (problem.Length > 0)
            return new MuxResult("failed", problem, job.Duration, job.Files, gaps);
        var reason = Incompleteness(job.Timeline, gaps);
        return new MuxResult(reason.Length > 0 ? "partial" : "complete", reason, job.Duration, job.Files, gaps);
    }

    /// <summary>A late start, a mute or a pause is how the call went; these are what the recording lacks.</summary>
    private static string Incompleteness(CallTimeline timeline, List<RecordingGap> gaps)
    {
        if (timeline.Index.Problem.Length > 0)
            return $"the journal is not complete: {timeline.Index.Problem}";
        if (timeline.Index.End is { Recovered: true })
            return "the recorder was interrupted; what it had written was recovered";
        var missing = gaps.Where(g => g.Reason is "network" or "recorder" or "codec_unsupported").ToList();
        return missing.Count == 0 ? "" : $"{missing.Count} gaps ({string.Join(", ", missing.Select(g => g.Reason).Distinct(StringComparer.Ordinal))})";
    }

    private static MuxResult Failed(string reason) => new("failed", reason, TimeSpan.Zero, [], []);
}
