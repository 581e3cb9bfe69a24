using System.Buffers;

namespace AfterSales.Video.Rtc.Ice;

/// <summary>ice-char of RFC 8839 §5.1: what fragments, passwords and foundations are made of.</summary>
internal static class IceChars
{
    public const string All = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    public static readonly SearchValues<char> Set = SearchValues.Create(All);
}
