namespace AfterSales.Video.Sfu.Publications;

/// <summary>
/// Ties one publisher's wall clock to the server's: every sender report we make is in the server's time, with one offset for all
/// sources of the publisher, so sound and picture stay together and a slot can change hands.
/// </summary>
internal sealed class SenderClock
{
    /// <summary>A publisher's clock that jumps further than this was set; smaller differences are network jitter.</summary>
    private const long StepNs = 500_000_000;

    private long? _offsetNs;

    /// <summary>Server time of the publisher's NTP time, in nanoseconds since 1900.</summary>
    public long ToServerNs(ulong ntpTimestamp) => NtpToNs(ntpTimestamp) + (_offsetNs ?? 0);

    public void OnSenderReport(ulong ntpTimestamp, long serverNs)
    {
        var offset = serverNs - NtpToNs(ntpTimestamp);
        if (_offsetNs is not { } known || Math.Abs(offset - known) > StepNs)
            _offsetNs = offset;
    }

    public static long NtpToNs(ulong ntp) => (long)((ntp >> 32) * 1_000_000_000UL) + (long)(((ntp & 0xFFFF_FFFF) * 1_000_000_000UL) >> 32);

    public static ulong NsToNtp(long ns)
    {
        var (seconds, rest) = Math.DivRem((ulong)ns, 1_000_000_000UL);
        return (seconds << 32) | ((rest << 32) / 1_000_000_000UL);
    }
}
