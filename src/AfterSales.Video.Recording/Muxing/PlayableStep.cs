using AfterSales.Video.Recording.Timeline;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>First step: reads the journal twice, the second time copying every frame to where it is played from.</summary>
internal static class PlayableStep
{
    public static async Task<MuxResult> RunAsync(string journalPath, ReadOnlyMemory<byte> dataKey, string outputFolder, CancellationToken ct)
    {
        if (!TryIndex(journalPath, dataKey, ct, out var timeline, out var problem))
            return new MuxResult("failed", problem, TimeSpan.Zero, [], []);
        Directory.CreateDirectory(outputFolder);
        var (folder, gaps) = (new OutputFolder(outputFolder), new GapFinder(timeline));
        if (timeline.Tracks.Count == 0)
            return await EmptyAsync(timeline, folder, gaps.Finish(), ct);
        using var stills = new StillsWriter(timeline, outputFolder);
        using var playback = new PlaybackWriter(timeline, outputFolder);
        using (var original = new OriginalWriter(timeline, folder.Temporary("original.mkv")))
        {
            if (!JournalSource.TryOpen(journalPath, dataKey, out var journal, out problem))
                return new MuxResult("failed", problem, TimeSpan.Zero, [], []);
            using var opened = journal;
            CallStream.Read(journal, timeline, Write, stills.Write, ct);
            original.Finish(timeline.DurationNs);

            void Write(in TimedFrame frame, ReadOnlySpan<byte> bytes)
            {
                gaps.Add(frame);
                original.Write(frame, bytes);
                playback.Write(frame, bytes);
            }
        }

        return await FinishAsync(timeline, folder, playback, stills, gaps.Finish(), ct);
    }

    private static bool TryIndex(string journalPath, ReadOnlyMemory<byte> dataKey, CancellationToken ct, out CallTimeline timeline, out string problem)
    {
        timeline = null!;
        if (!JournalSource.TryOpen(journalPath, dataKey, out var journal, out problem))
            return false;
        using (journal)
        {
            if (!CallIndexer.TryIndex(journal, ct, out var index, out problem))
                return false;
            timeline = CallTimeline.Build(index);
            return true;
        }
    }

    private static async Task<MuxResult> FinishAsync(
        CallTimeline timeline, OutputFolder folder, PlaybackWriter playback, StillsWriter stills, List<RecordingGap> gaps, CancellationToken ct)
    {
        folder.Keep("original.mkv", "original", "video/x-matroska");
        await playback.FinishAsync(folder, ct);
        stills.Finish(folder);
        await WriteTimelineAsync(timeline, folder, playback.Pictures, gaps, stills.Stills, ct);
        var reason = Incompleteness(timeline, gaps);
        return new MuxResult(reason.Length > 0 ? "partial" : "complete", reason, TimeSpan.FromTicks(timeline.DurationNs / 100), folder.Files, gaps);
    }

    private static async Task<MuxResult> EmptyAsync(CallTimeline timeline, OutputFolder folder, List<RecordingGap> gaps, CancellationToken ct)
    {
        await WriteTimelineAsync(timeline, folder, [], gaps, [], ct);
        var reason = timeline.Unsupported.Count + timeline.WithoutFrames.Count == 0
            ? "no medium reached the recorder"
            : "nothing that reached the recorder can be shown; it is in the journal";
        return new MuxResult("empty", reason, TimeSpan.Zero, folder.Files, gaps);
    }

    private static Task WriteTimelineAsync(
        CallTimeline timeline, OutputFolder folder, IReadOnlyList<PictureDocument> pictures, IReadOnlyList<RecordingGap> gaps,
        IReadOnlyList<TimelineStillDocument> stills, CancellationToken ct) =>
        folder.WriteAsync("timeline.json", "timeline", "application/json", TimelineDocument.From(timeline, timeline.Tracks, pictures, gaps, stills).ToUtf8(), ct);

    /// <summary>A late start, a mute, a pause or photos in place of video are how the call went; these are what the recording lacks.</summary>
    private static string Incompleteness(CallTimeline timeline, List<RecordingGap> gaps)
    {
        if (timeline.Index.Problem.Length > 0)
            return $"the journal is not complete: {timeline.Index.Problem}";
        if (timeline.Index.End is { Recovered: true })
            return "the recorder was interrupted; what it had written was recovered";
        var missing = gaps.Where(g => g.Reason is "network" or "recorder" or "codec_unsupported" or "no_key_frame").ToList();
        return missing.Count == 0 ? "" : $"{missing.Count} gaps ({string.Join(", ", missing.Select(g => g.Reason).Distinct(StringComparer.Ordinal))})";
    }
}
