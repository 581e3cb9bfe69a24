namespace AfterSales.Video.Recording.Muxing;

/// <summary>Settings of the muxer.</summary>
public sealed class MuxerOptions
{
    /// <summary>Absolute path, or a name looked up in PATH.</summary>
    public string FfmpegPath { get; init; } = "ffmpeg";

    /// <summary>Absolute path, or a name looked up in PATH.</summary>
    public string FfprobePath { get; init; } = "ffprobe";

    /// <summary>A run whose position does not move for so long hangs.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Copying an hour's picture and mixing its sound takes under a minute on one core; ten are a run-away. A court copy gets six times as long.</summary>
    public TimeSpan RunTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Address space of a child. Two 1080p decoders and an encoder stay under 1.5 GB.</summary>
    public long MaxMemoryBytes { get; init; } = 4L << 30;
    public int Attempts { get; init; } = 3;

    /// <summary>
    /// What may run at once: the first step costs 1, the second 2, a court copy 4. Others wait, the first step's in front. Calls and their journals never
    /// wait for any of it.
    /// </summary>
    public int Capacity { get; init; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>Folder searched for the font burnt into court copies.</summary>
    public string FontFolder { get; init; } = "/usr/share/fonts";
}
