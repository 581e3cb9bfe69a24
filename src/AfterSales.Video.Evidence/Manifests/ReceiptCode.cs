using System.Security.Cryptography;

namespace AfterSales.Video.Evidence.Manifests;

/// <summary>
/// A code people can read out: "R-8K2F-7QXM-3VTA-9Q2C", 75 random bits and 5 bits of check in Crockford's base32 (no I, L, O, U). Typed I and L
/// are read as 1, O as 0, small letters as capitals, and hyphens and blanks do not matter.
/// </summary>
public static class ReceiptCode
{
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int RandomDigits = 15;
    private const int GroupLength = 4;
    private const int MaxTyped = 40;

    public static string Create()
    {
        Span<int> values = stackalloc int[RandomDigits + 1];
        for (var i = 0; i < RandomDigits; i++)
            values[i] = RandomNumberGenerator.GetInt32(Digits.Length);
        values[RandomDigits] = Check(values[..RandomDigits]);
        return Format(values);
    }

    /// <summary>Reads what a person typed. False when it is no code or one digit is wrong or two neighbours are swapped.</summary>
    /// <param name="code">The code as <see cref="Create"/> writes it.</param>
    public static bool TryParse(ReadOnlySpan<char> typed, out string code)
    {
        code = "";
        typed = typed.Trim();
        if (typed.Length is 0 or > MaxTyped || typed[0] is not ('R' or 'r'))
            return false;
        Span<int> values = stackalloc int[RandomDigits + 1];
        var count = 0;
        foreach (var c in typed[1..])
        {
            if (c is '-' or ' ')
                continue;
            var value = ValueOf(c);
            if (value < 0 || count == values.Length)
                return false;
            values[count++] = value;
        }

        if (count != values.Length || Check(values[..RandomDigits]) != values[RandomDigits])
            return false;
        code = Format(values);
        return true;
    }

    private static int ValueOf(char c) => char.ToUpperInvariant(c) switch
    {
        'I' or 'L' => 1,
        'O' => 0,
        var upper => Digits.IndexOf(upper, StringComparison.Ordinal),
    };

    /// <summary>Horner in GF(32) with x = 2: every single wrong digit and every swap of neighbours changes it.</summary>
    private static int Check(ReadOnlySpan<int> values)
    {
        var sum = 0;
        foreach (var value in values)
            sum = Double(sum ^ value);
        return sum;
    }

    /// <summary>Times x modulo x^5 + x^2 + 1, which is primitive.</summary>
    private static int Double(int value) => value < 16 ? value << 1 : (value << 1) ^ 0b100101;

    private static string Format(ReadOnlySpan<int> values)
    {
        Span<char> text = stackalloc char[1 + values.Length + (values.Length / GroupLength)];
        text[0] = 'R';
        var at = 1;
        for (var i = 0; i < values.Length; i++)
        {
            if (i % GroupLength == 0)
                text[at++] = '-';
            text[at++] = Digits[values[i]];
        }

        return text.ToString();
    }
}
