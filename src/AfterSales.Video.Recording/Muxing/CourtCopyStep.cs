namespace AfterSales.Video.Recording.Muxing;

/// <summary>On demand: one MP4 that plays anywhere and explains itself. Re-encoded, and so a derivative with its provenance.</summary>
internal sealed class CourtCopyStep(OutputFolder folder, PlayableFiles playable, CourtCopyRequest request, MuxerOptions options, Ffmpeg ffmpeg)
{
    private const string Name = "court-copy.mp4";
    private const string Overlay = "court-copy.ass";
    private readonly TimelineDocument _timeline = playable.Timeline;

    public async Task<MuxResult> RunAsync(CancellationToken ct)
    {
        var fonts = FontFolder();
        if (fonts is null)
            return Failed($"No font was found in {options.FontFolder}: install one (Debian: apt-get install fonts-dejavu-core) and ask again.");
        var layout = new CourtLayout(_timeline);
        await File.WriteAllTextAsync(folder.Final(Overlay), new CourtOverlay(_timeline, request, layout).Write(), ct);
        try
        {
            var run = new ToolRun(folder.Path, Arguments(layout)) { Niceness = 19, TimesAsLong = 6 };
            var problem = await ffmpeg.MakeAsync(
                run, _ => ffmpeg.CheckAsync(folder.Path, $"{Name}.part", "mov", "h264", playable.Voices.Count > 0, TimeSpan.FromSeconds(_timeline.DurationSeconds), ct), ct);
            if (problem.Length > 0)
                return Failed($"{Name}: {problem}");
            await KeepAsync(run, ct);
            return new MuxResult("complete", "", TimeSpan.FromSeconds(_timeline.DurationSeconds), folder.Files, []);
        }
        finally
        {
            File.Delete(folder.Final(Overlay));
        }
    }

    private List<string> Arguments(CourtLayout layout)
    {
        List<string> arguments =
        [
            "-progress", "pipe:1", "-reinit_filter", "0", .. Ffmpeg.Original, .. AudioMix.Inputs(playable.Voices), "-filter_complex", layout.Graph(Overlay), "-map", "[picture]",
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p", "-g", "250",
        ];
        // Sound in a graph of its own: nothing that happens to a picture touches it.
        if (playable.Voices.Count > 0)
            arguments.AddRange(["-filter_complex", AudioMix.Graph(1, playable.Voices.Count, _timeline.DurationSeconds), "-map", "[mix]", "-c:a", "aac", "-b:a", "96k", "-flags:a", "+bitexact"]);
        arguments.AddRange([.. Ffmpeg.Reproducible, "-flags:v", "+bitexact", "-movflags", "+faststart", "-f", "mp4", "-y", $"file:{Name}.part"]);
        return arguments;
    }

    private async Task KeepAsync(ToolRun run, CancellationToken ct)
    {
        string[] inputs = ["original.mkv", .. playable.Voices.Select(v => v.File), "timeline.json"];
        folder.Keep(new MuxedFile(Name, folder.Final(Name), "court-copy", "video/mp4")
        {
            DerivedFrom = inputs,
            Provenance = new FileProvenance(await ffmpeg.VersionAsync(ct), run.Arguments, await CompletionStep.Sha256Async(folder, inputs, ct)),
        });
    }

    private string? FontFolder() =>
        Directory.Exists(options.FontFolder)
        && Directory.EnumerateFiles(options.FontFolder, "*", SearchOption.AllDirectories).Any(f => Path.GetExtension(f) is ".ttf" or ".otf" or ".ttc")
            ? options.FontFolder : null;

    private MuxResult Failed(string reason) => new("failed", reason, TimeSpan.Zero, folder.Files, []);
}
