using System.Globalization;
using System.Security.Cryptography;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>Second step: what can wait until the recording plays. Works from the first step's files alone, so it can run again at any time.</summary>
internal sealed class CompletionStep(OutputFolder folder, PlayableFiles playable, Ffmpeg ffmpeg)
{
    private readonly TimelineDocument _timeline = playable.Timeline;

    public async Task<MuxResult> RunAsync(CancellationToken ct)
    {
        var problem = _timeline.Tracks.Count == 0 ? "" : await MakePlaybackAsync(ct);
        if (problem.Length == 0 && _timeline.Tracks.Any(t => t.Kind == "video"))
        {
            // Courtesies: without them the recording is still whole.
            await MakePosterAsync(ct);
            await new Storyboard(folder, playable, ffmpeg).MakeAsync(ct);
        }

        if (problem.Length == 0 && playable.Voices.Count > 0)
            problem = await new Waveform(folder, playable, ffmpeg).MakeAsync(ct);
        return new MuxResult(problem.Length > 0 ? "failed" : "complete", problem, TimeSpan.FromSeconds(_timeline.DurationSeconds), folder.Files, []);
    }

    private async Task<string> MakePlaybackAsync(CancellationToken ct)
    {
        string[] inputs = ["original.mkv", .. playable.Voices.Select(v => v.File)];
        var digests = await Sha256Async(folder, inputs, ct);
        foreach (var plan in PlaybackPlan.For(_timeline, playable.Voices.Count))
        {
            var (part, demuxer) = ($"{plan.Name}.part", plan.Format == "webm" ? "matroska" : "mov");
            var run = new ToolRun(folder.Path, ["-progress", "pipe:1", .. Ffmpeg.Original, .. AudioMix.Inputs(playable.Voices), .. plan.OutputArguments(part, _timeline.DurationSeconds)]);
            var problem = await ffmpeg.MakeAsync(
                run, _ => ffmpeg.CheckAsync(folder.Path, part, demuxer, plan.VideoCodec, plan.Voices > 0, TimeSpan.FromSeconds(plan.EndSeconds), ct), ct);
            if (problem.Length > 0)
                return $"{plan.Name}: {problem}";
            folder.Keep(new MuxedFile(plan.Name, folder.Final(plan.Name), plan.Purpose, plan.ContentType)
            {
                DerivedFrom = inputs,
                Provenance = new FileProvenance(await ffmpeg.VersionAsync(ct), run.Arguments, digests),
            });
        }

        return "";
    }

    /// <summary>A second into the picture: the first frame of a phone camera is often black.</summary>
    private async Task MakePosterAsync(CancellationToken ct)
    {
        var video = _timeline.Tracks.First(t => t.Kind == "video");
        var at = Math.Min(video.FromSeconds + 1, (video.FromSeconds + video.ToSeconds) / 2);
        var made = await ffmpeg.RunAsync(
            new ToolRun(folder.Path,
            [
                "-ss", at.ToString("0.###", CultureInfo.InvariantCulture), .. Ffmpeg.Original, "-map", "0:v:0", "-frames:v", "1",
                "-vf", "scale=w='min(1280,iw)':h=-2", "-c:v", "mjpeg", "-q:v", "4", .. Ffmpeg.Reproducible, "-f", "image2", "-update", "1", "-y", "file:poster.jpg.part",
            ]), ct);
        if (made.Succeeded && new FileInfo(folder.Temporary("poster.jpg")) is { Exists: true, Length: > 0 })
            folder.Keep(new MuxedFile("poster.jpg", folder.Final("poster.jpg"), "poster", "image/jpeg") { DerivedFrom = ["original.mkv"] });
    }

    public static async Task<Dictionary<string, string>> Sha256Async(OutputFolder folder, IEnumerable<string> names, CancellationToken ct)
    {
        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            await using var file = File.OpenRead(folder.Final(name));
            digests[name] = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct));
        }

        return digests;
    }
}
