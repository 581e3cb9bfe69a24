using System.Globalization;

namespace AfterSales.Video.Recording.Muxing;

/// <summary>All voices summed. They come from the voice files, which have no hole and lie on the time axis already, so nothing is guessed here.</summary>
internal static class AudioMix
{
    public static IEnumerable<string> Inputs(IReadOnlyList<VoiceDocument> voices) => voices.SelectMany(v => Ffmpeg.Input("mov", v.File));

    /// <summary>normalize=0: a voice keeps its level when another comes or goes.</summary>
    /// <param name="firstInput">Number of the first voice among ffmpeg's inputs; the sum is [mix].</param>
    public static string Graph(int firstInput, int voices, double durationSeconds)
    {
        var inputs = string.Concat(Enumerable.Range(firstInput, voices).Select(i => $"[{i}:a:0]"));
        var end = durationSeconds.ToString("0.######", CultureInfo.InvariantCulture);
        return $"{inputs}amix=inputs={voices}:duration=longest:normalize=0,aformat=sample_fmts=fltp:sample_rates=48000:channel_layouts=mono,atrim=end={end}[mix]";
    }
}
