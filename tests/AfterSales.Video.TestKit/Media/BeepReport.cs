namespace AfterSales.Video.TestKit.Media;

/// <param name="OnsetSeconds">Start of each tone.</param>
/// <param name="PeakLevelDb">Loudest 10 ms in dB of full scale.</param>
public sealed record BeepReport(IReadOnlyList<double> OnsetSeconds, double PeakLevelDb, double DurationSeconds)
{
    private const int Rate = BeepTrack.SampleRateHz;
    private const int Window = Rate / 200;
    private const int Hop = Rate / 1000;

    public static BeepReport None { get; } = new([], double.NegativeInfinity, 0);

    /// <summary>Finds tones by Goertzel power in windows of 5 ms every 1 ms; onset is where half of the tone's amplitude is reached.</summary>
    public static BeepReport Read(ReadOnlySpan<short> pcm, double toneHz)
    {
        var amplitudes = new double[Math.Max(0, (pcm.Length - Window) / Hop)];
        for (var i = 0; i < amplitudes.Length; i++)
            amplitudes[i] = Amplitude(pcm.Slice(i * Hop, Window), toneHz);
        var loud = amplitudes.Length == 0 ? 0 : amplitudes.Max();
        // Below -40 dB of full scale there is no tone, only the noise floor.
        return new BeepReport(loud < 330 ? [] : Onsets(amplitudes, loud / 2), 20 * Math.Log10(Math.Max(loud, 1e-3) / 32768), pcm.Length / (double)Rate);
    }

    private static List<double> Onsets(double[] amplitudes, double threshold)
    {
        var (onsets, quietSince) = (new List<double>(), 0);
        for (var i = 0; i < amplitudes.Length; i++)
        {
            if (amplitudes[i] < threshold)
                continue;
            // Tones last 100 ms; anything closer is the same one.
            if (onsets.Count == 0 || i - quietSince > 50)
                onsets.Add((i * Hop + Window / 2) / (double)Rate);
            quietSince = i;
        }

        return onsets;
    }

    private static double Amplitude(ReadOnlySpan<short> samples, double toneHz)
    {
        var coefficient = 2 * Math.Cos(2 * Math.PI * toneHz / Rate);
        var (s1, s2) = (0d, 0d);
        foreach (var sample in samples)
            (s1, s2) = (sample + coefficient * s1 - s2, s1);
        return 2 * Math.Sqrt(Math.Max(0, s1 * s1 + s2 * s2 - coefficient * s1 * s2)) / samples.Length;
    }
}
