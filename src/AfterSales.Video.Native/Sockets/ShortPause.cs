namespace AfterSales.Video.Native.Sockets;

/// <summary>Sleeps for less than a millisecond, which .NET's own sleeping cannot.</summary>
public static unsafe class ShortPause
{
    /// <summary>Returns early on a signal. Below a second; the kernel adds some 50 µs.</summary>
    public static void For(long nanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(nanoseconds, 1_000_000_000);
        if (nanoseconds <= 0)
            return;
        var length = new TimeSpec { Nanoseconds = nanoseconds };
        _ = Libc.Sleep(&length, null);
    }
}
