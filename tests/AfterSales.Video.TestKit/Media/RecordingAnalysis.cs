namespace AfterSales.Video.TestKit.Media;

/// <summary>What was found in a recording.</summary>
public sealed record RecordingAnalysis
{
    public required RecordingStreams Streams { get; init; }
    public required IReadOnlyList<SeenFrame> Frames { get; init; }
    public required BeepReport Beeps { get; init; }

    /// <summary>Pictures that did not show the pattern.</summary>
    public int UnreadableFrames => Frames.Count(f => f.Counter < 0);

    /// <summary>Different counters seen.</summary>
    public int DistinctCounters => Frames.Where(f => f.Counter >= 0).Select(f => f.Counter).Distinct().Count();

    /// <summary>Steps where the counter did not grow (a loop of the content counts once).</summary>
    public int BackwardSteps => Readable.Zip(Readable.Skip(1)).Count(p => p.Second.Counter <= p.First.Counter);
    public int WorstColourError => Readable.Select(f => f.ColourError).DefaultIfEmpty(255).Max();

    /// <summary>Longest time between two pictures.</summary>
    public double LongestFreezeSeconds => Frames.Zip(Frames.Skip(1)).Select(p => p.Second.Seconds - p.First.Seconds).DefaultIfEmpty(0).Max();

    /// <summary>Beep minus flash for each pair closer than 400 ms; positive when sound is late.</summary>
    public required IReadOnlyList<double> AvOffsetsSeconds { get; init; }
    public double WorstAvOffsetSeconds => AvOffsetsSeconds.Select(Math.Abs).DefaultIfEmpty(double.NaN).Max();
    public double MedianAvOffsetSeconds => AvOffsetsSeconds.Count == 0 ? double.NaN : AvOffsetsSeconds.Order().ElementAt(AvOffsetsSeconds.Count / 2);

    /// <summary>Times at which the flash field turned white.</summary>
    public required IReadOnlyList<double> FlashSeconds { get; init; }

    private IEnumerable<SeenFrame> Readable => Frames.Where(f => f.Counter >= 0);

    internal static RecordingAnalysis From(RecordingStreams streams, IReadOnlyList<SeenFrame> frames, BeepReport beeps)
    {
        var flashes = frames.Zip(frames.Skip(1)).Where(p => p.First.Counter >= 0 && !p.First.Flash && p.Second.Flash)
            .Select(p => p.Second.Seconds).ToList();
        var offsets = flashes
            .Select(flash => beeps.OnsetSeconds.Select(beep => beep - flash).DefaultIfEmpty(double.MaxValue).MinBy(Math.Abs))
            .Where(offset => Math.Abs(offset) < 0.4).ToList();
        return new RecordingAnalysis { Streams = streams, Frames = frames, Beeps = beeps, AvOffsetsSeconds = offsets, FlashSeconds = flashes };
    }
}
