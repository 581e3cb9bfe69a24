namespace AfterSales.Video.Rtc.Tests.Loop;

/// <summary>What /proc says this process has open.</summary>
internal static class OpenDescriptors
{
    public static int Count(params string[] kinds) => Directory.GetFiles("/proc/self/fd")
        .Select(path => new FileInfo(path).LinkTarget ?? "")
        .Count(target => kinds.Any(kind => target.StartsWith(kind, StringComparison.Ordinal)));
}
