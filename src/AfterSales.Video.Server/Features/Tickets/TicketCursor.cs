using System.Globalization;

namespace AfterSales.Video.Server.Features.Tickets;

/// <summary>The last row of a page; opaque to clients.</summary>
internal readonly record struct TicketCursor(DateTimeOffset UpdatedAt, string Id)
{
    public static bool TryParse(string text, out TicketCursor cursor)
    {
        cursor = default;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 1 || text.Length - dash - 1 != 32
            || !long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
            || ms > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return false;
        cursor = new TicketCursor(DateTimeOffset.FromUnixTimeMilliseconds(ms), text[(dash + 1)..]);
        return cursor.Id.All(char.IsAsciiHexDigitLower);
    }

    public override string ToString() => $"{UpdatedAt.ToUnixTimeMilliseconds()}-{Id}";
}
