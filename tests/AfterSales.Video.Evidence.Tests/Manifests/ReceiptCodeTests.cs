using AfterSales.Video.Evidence.Manifests;

namespace AfterSales.Video.Evidence.Tests.Manifests;

public sealed class ReceiptCodeTests
{
    [Fact]
    public void A_code_is_read_as_people_type_it()
    {
        var code = ReceiptCode.Create();
        Assert.Matches("^R(-[0-9A-HJKMNP-TV-Z]{4}){4}$", code);
        var typed = " " + code.ToLowerInvariant().Replace('-', ' ').Replace('0', 'o').Replace('1', 'l') + " ";
        Assert.True(ReceiptCode.TryParse(typed, out var read));
        Assert.Equal(code, read);
        Assert.True(ReceiptCode.TryParse(code.Replace("-", "", StringComparison.Ordinal), out _));
    }

    [Fact]
    public void Every_single_wrong_digit_and_every_swap_of_neighbours_is_noticed()
    {
        var code = ReceiptCode.Create();
        foreach (var at in Enumerable.Range(2, code.Length - 2).Where(i => code[i] != '-'))
        {
            foreach (var digit in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".Where(d => d != code[at]))
                Assert.False(ReceiptCode.TryParse(code[..at] + digit + code[(at + 1)..], out _));
            var next = at + 1 < code.Length && code[at + 1] == '-' ? at + 2 : at + 1;
            if (next >= code.Length || code[next] == code[at])
                continue;
            var swapped = code.ToCharArray();
            (swapped[at], swapped[next]) = (swapped[next], swapped[at]);
            Assert.False(ReceiptCode.TryParse(swapped, out _));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("R")]
    [InlineData("R-0000")]
    [InlineData("X-0000-0000-0000-0000")]
    [InlineData("R-0000-0000-0000-00000")]
    [InlineData("R-000U-0000-0000-0000")]
    [InlineData("R-0000-0000-0000-0000-0000-0000-0000-0000-0000-0000")]
    public void Something_else_is_no_code(string text) => Assert.False(ReceiptCode.TryParse(text, out _));
}
