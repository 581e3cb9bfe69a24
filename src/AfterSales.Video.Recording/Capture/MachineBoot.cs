namespace AfterSales.Video.Recording.Capture;

/// <summary>Which run of the operating system this is: what a killed process had handed over survives within one, and not a power cut.</summary>
internal static class MachineBoot
{
    private const string File = "/proc/sys/kernel/random/boot_id";

    /// <summary>A random id the kernel makes at each boot; null where there is none.</summary>
    public static string? Id { get; } = Read();

    private static string? Read()
    {
        try
        {
            return System.IO.File.ReadAllText(File).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
