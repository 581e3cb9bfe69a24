namespace AfterSales.Video.Recording.Muxing;

/// <summary>Journal → files for the player → files for download → court copy. One per process: it knows what runs at once.</summary>
public sealed class CallMuxer(MuxerOptions options, TimeProvider time) : ICallMuxer
{
    private const int PlayableCost = 1;
    private const int CompletionCost = 2;
    private const int CourtCopyCost = 4;
    private readonly MuxAdmission _admission = new(options.Capacity);
    private readonly FolderLocks _folders = new();

    /// <inheritdoc/>
    public string? Problem => (ToolFinder.Find(options.FfmpegPath), ToolFinder.Find(options.FfprobePath)) switch
    {
        // Looked for each time: somebody may install it while recordings wait.
        (null, _) => $"'{options.FfmpegPath}' was not found: install ffmpeg (Debian: apt-get install ffmpeg) or set its path. Journals are kept until then.",
        (_, null) => $"'{options.FfprobePath}' was not found: it comes with ffmpeg (Debian: apt-get install ffmpeg); or set its path. Journals are kept until then.",
        _ => null,
    };

    /// <inheritdoc/>
    public async Task<MuxResult> MakePlayableAsync(string journalPath, ReadOnlyMemory<byte> dataKey, string outputFolder, CancellationToken ct)
    {
        using var alone = await _folders.EnterAsync(outputFolder, ct);
        using var place = await _admission.EnterAsync(PlayableCost, ct);
        return await Task.Run(() => PlayableStep.RunAsync(journalPath, dataKey, outputFolder, ct), ct);
    }

    /// <inheritdoc/>
    public Task<MuxResult> CompleteAsync(string outputFolder, CancellationToken ct) =>
        WithOriginalAsync(CompletionCost, outputFolder, (playable, ffmpeg) => new CompletionStep(new OutputFolder(outputFolder), playable, ffmpeg).RunAsync(ct), ct);

    /// <inheritdoc/>
    public Task<MuxResult> MakeCourtCopyAsync(string outputFolder, CourtCopyRequest request, CancellationToken ct) =>
        WithOriginalAsync(CourtCopyCost, outputFolder, (playable, ffmpeg) => new CourtCopyStep(new OutputFolder(outputFolder), playable, request, options, ffmpeg).RunAsync(ct), ct);

    /// <inheritdoc/>
    public async Task<MuxResult> MuxAsync(string journalPath, ReadOnlyMemory<byte> dataKey, string outputFolder, CancellationToken ct)
    {
        if (Problem is { } problem)
            return Failed(problem);
        var playable = await MakePlayableAsync(journalPath, dataKey, outputFolder, ct);
        if (playable.Outcome is "failed" or "empty")
            return playable;
        var complete = await CompleteAsync(outputFolder, ct);
        IReadOnlyList<MuxedFile> files = [.. playable.Files, .. complete.Files];
        return complete.Outcome == "failed" ? complete with { Files = files, Gaps = playable.Gaps } : playable with { Files = files };
    }

    private async Task<MuxResult> WithOriginalAsync(int cost, string outputFolder, Func<PlayableFiles, Ffmpeg, Task<MuxResult>> run, CancellationToken ct)
    {
        using var alone = await _folders.EnterAsync(outputFolder, ct);
        var (playable, missing) = await PlayableFiles.ReadAsync(outputFolder, ct);
        if (playable is null)
            return Failed(missing);
        using var place = await _admission.EnterAsync(cost, ct);
        if (ToolFinder.Find(options.FfmpegPath) is not { } ffmpeg || ToolFinder.Find(options.FfprobePath) is not { } ffprobe)
            return Failed(Problem ?? "ffmpeg was removed a moment ago");
        return await run(playable, new Ffmpeg(ffmpeg, ffprobe, options, time));
    }

    private static MuxResult Failed(string reason) => new("failed", reason, TimeSpan.Zero, [], []);
}
