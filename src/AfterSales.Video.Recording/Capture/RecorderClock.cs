namespace AfterSales.Video.Recording.Capture;

/// <summary>Monotonic nanoseconds since a recording began, and UTC beside it.</summary>
internal sealed class RecorderClock(TimeProvider time)
{
    private readonly long _origin = time.GetTimestamp();

    public long StartUtcNs { get; } = ToUnixNs(time.GetUtcNow());

    public long NowNs => time.GetElapsedTime(_origin).Ticks * 100;

    public long UtcNs => ToUnixNs(time.GetUtcNow());

    public static long ToUnixNs(DateTimeOffset utc) => (utc - DateTimeOffset.UnixEpoch).Ticks * 100;
}
