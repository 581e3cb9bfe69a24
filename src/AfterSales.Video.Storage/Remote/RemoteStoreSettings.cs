namespace AfterSales.Video.Storage.Remote;

/// <summary>What all stores over HTTP share.</summary>
public abstract class RemoteStoreSettings
{
    /// <summary>Put before every name, so that several installations can share a place: "" or segments like "hub-1" or "hub-1/evidence".</summary>
    public string Prefix { get; init; } = "";

    /// <summary>One attempt of one request, 1 to 3600 s. A part is at most 8 MiB: 100 s allow 84 kB/s.</summary>
    public int RequestTimeoutSeconds { get; init; } = 100;

    /// <summary>1 to 10. Between attempts: twice as long each time, with jitter, from <see cref="RetryDelayMilliseconds"/> to 20 s.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>1 to 20000.</summary>
    public int RetryDelayMilliseconds { get; init; } = 200;

    /// <summary>Where content above 8 MiB waits while it is sent; empty: the system's folder for temporary files. Needs room for the largest file.</summary>
    public string SpoolFolder { get; init; } = "";

    /// <summary>Every fault at once, each naming its key; empty when the settings are good.</summary>
    /// <param name="section">For example "Storage:S3".</param>
    public IReadOnlyList<string> Problems(string section) => [.. OwnProblems(section), .. SharedProblems(section)];

    protected abstract IEnumerable<string> OwnProblems(string section);

    private IEnumerable<string> SharedProblems(string section)
    {
        if (Prefix.Length > 200 || (Prefix.Length > 0 && Prefix.Split('/').Any(part => part is "" or "." or ".." || !part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))))
            yield return $"{section}:Prefix must be empty or parts of [A-Za-z0-9-_.] with / between them, none at either end, for example hub-1/evidence.";
        if (RequestTimeoutSeconds is < 1 or > 3600)
            yield return $"{section}:RequestTimeoutSeconds must be 1 to 3600; it is {RequestTimeoutSeconds}.";
        if (MaxAttempts is < 1 or > 10)
            yield return $"{section}:MaxAttempts must be 1 to 10; it is {MaxAttempts}.";
        if (RetryDelayMilliseconds is < 1 or > 20_000)
            yield return $"{section}:RetryDelayMilliseconds must be 1 to 20000; it is {RetryDelayMilliseconds}.";
        if (SpoolFolder.Length > 0 && !Directory.Exists(SpoolFolder))
            yield return $"{section}:SpoolFolder {SpoolFolder} is not a folder. Create it, or leave the setting empty.";
    }
}
