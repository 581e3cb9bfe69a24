using AfterSales.Video.Contracts.Hubs;

namespace AfterSales.Video.Server.Features.Signalling;

/// <summary>What a page may say it saw. It is a witness, not an authority: what cannot be true is refused, the rest is kept as its word.</summary>
internal static class QualityReports
{
    private const double LongestMs = 10 * 60 * 1000;
    private const int MostFrames = 100_000;
    private const int LargestSide = 16_384;

    public static bool IsBelievable(ReportQualityRequest seen) =>
        IsSpan(seen.OverMs) && seen.OverMs >= 1 && IsSpan(seen.FrozenMs) && IsSpan(seen.BufferMs)
        && seen.Frames is >= 0 and <= MostFrames && seen.Freezes is >= 0 and <= MostFrames
        && IsSide(seen.Width) && IsSide(seen.Height) && IsSide(seen.SentWidth) && IsSide(seen.SentHeight)
        && seen.Path is ("" or "udp" or "tcp" or "relay");

    private static bool IsSpan(double milliseconds) => double.IsFinite(milliseconds) && milliseconds is >= 0 and <= LongestMs;

    private static bool IsSide(int pixels) => pixels is >= 0 and <= LargestSide;
}
