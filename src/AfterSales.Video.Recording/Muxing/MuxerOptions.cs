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

    /// <summary>Copying an hour's picture and mixing its sound takes under a minute on one core; ten are a run-away.</summary>
    public TimeSpan RunTimeout { get; init; } = TimeSpan.FromMinutes(10);

    public int Attempts { get; init; } = 3;
}
