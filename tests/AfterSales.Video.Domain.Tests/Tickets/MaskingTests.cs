using AfterSales.Video.Domain.Tickets;

namespace AfterSales.Video.Domain.Tests.Tickets;

public sealed class MaskingTests
{
    [Theory]
    [InlineData("王小明", "王**")]
    [InlineData("欧阳 娜娜", "欧** 娜**")]
    [InlineData("Anna Schmidt", "A** S**")]
    [InlineData("𠮷野", "𠮷**")]
    [InlineData("😀x", "😀**")]
    [InlineData("  ", "")]
    [InlineData("", "")]
    public void A_name_keeps_its_first_character(string name, string masked) => Assert.Equal(masked, Masking.Name(name));

    [Theory]
    [InlineData("13812344821", "138****4821")]
    [InlineData("+86 138 1234 4821", "861****4821")]
    [InlineData("1234567", "****67")]
    [InlineData("1234", "****")]
    [InlineData("none", "")]
    public void A_phone_shows_too_little_to_call(string phone, string masked) => Assert.Equal(masked, Masking.Phone(phone));

    [Theory]
    [InlineData("69230014821", "4821")]
    [InlineData("42", "42")]
    public void An_order_is_known_by_its_end(string order, string tail) => Assert.Equal(tail, Masking.OrderTail(order));

    [Theory]
    [InlineData("T-1042", 1042)]
    [InlineData("t-1042", 1042)]
    [InlineData("1042", 1042)]
    public void A_ticket_number_is_read_in_both_forms(string text, long number)
    {
        Assert.True(TicketRules.TryParseNumber(text, out var parsed));
        Assert.Equal(number, parsed);
        Assert.Equal($"T-{number}", TicketRules.FormatNumber(number));
    }

    [Theory]
    [InlineData("")]
    [InlineData("T-")]
    [InlineData("-5")]
    [InlineData("99999999999999999999")]
    [InlineData("T-10x")]
    public void Anything_else_is_no_ticket_number(string text) => Assert.False(TicketRules.TryParseNumber(text, out _));
}
