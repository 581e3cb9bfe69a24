using System.Text;

namespace AfterSales.Video.Domain.Tickets;

/// <summary>Personal data as it may be shown by default. Works on whole characters, so no emoji or rare name is cut in half.</summary>
public static class Masking
{
    /// <summary>"王小明" → "王**", "Anna Schmidt" → "A** S**". Empty stays empty.</summary>
    public static string Name(string name)
    {
        var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Join(' ', words.Select(word => FirstRune(word) + "**"));
    }

    /// <summary>"13812344821" → "138****4821"; shorter numbers keep their last 2 digits at most.</summary>
    public static string Phone(string phone)
    {
        var digits = Digits(phone);
        return digits.Length switch
        {
            0 => "",
            >= 10 => $"{digits[..3]}****{digits[^4..]}",
            > 4 => $"****{digits[^2..]}",
            _ => "****",
        };
    }

    /// <summary>The last 4 characters of an order number, for a buyer to recognise it by.</summary>
    public static string OrderTail(string orderId) => orderId.Length <= 4 ? orderId : orderId[^4..];

    /// <summary>Only the ASCII digits of a phone number.</summary>
    public static string Digits(string phone) => string.Concat(phone.Where(char.IsAsciiDigit));

    private static string FirstRune(string word)
    {
        Rune.DecodeFromUtf16(word, out var rune, out _);
        return rune.ToString();
    }
}
