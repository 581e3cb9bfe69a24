using System.Text;
using System.Text.Json;
using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Evidence.Tests.Signing;

public sealed class CanonicalJsonTests
{
    [Fact]
    public void Members_are_sorted_by_utf16_and_strings_escaped_as_rfc_8785_shows()
    {
        // RFC 8785 §3.2.3, with its own order: the emoji's surrogate comes before U+FB33.
        const string Input = """
            { "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
              "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis" }
            """;
        using var document = JsonDocument.Parse(Input);
        var expected = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\","
            + "\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}";
        Assert.Equal(expected, Encoding.UTF8.GetString(CanonicalJson.Write(document.RootElement)));
    }

    [Fact]
    public void Strings_are_escaped_the_short_way_and_no_more_than_needed()
    {
        using var document = JsonDocument.Parse(""" ["\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\/<\u0008\u001f"] """);
        Assert.Equal("""["€$\u000f\nA'B\"\\\\\"/<\b\u001f"]""", Encoding.UTF8.GetString(CanonicalJson.Write(document.RootElement)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"a":[1,-2,9007199254740991,true,false,null,"x"],"b":{}}""")]
    [InlineData("\"中文\"")]
    public void Canonical_bytes_are_read(string json)
    {
        Assert.True(CanonicalJson.TryParse(Encoding.UTF8.GetBytes(json), out var document, out var problem), problem);
        document.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{} ")]
    [InlineData("{\"a\": 1}")]
    [InlineData("{\"b\":1,\"a\":2}")]
    [InlineData("{\"a\":1,\"a\":1}")]
    [InlineData("{\"a\":1,\"\\u0061\":1}")]
    [InlineData("[1.0]")]
    [InlineData("[1e2]")]
    [InlineData("[-0]")]
    [InlineData("[01]")]
    [InlineData("[9007199254740992]")]
    [InlineData("[0.5]")]
    [InlineData("[\"\\u0041\"]")]
    [InlineData("[\"\\/\"]")]
    [InlineData("[\"\\u001F\"]")]
    [InlineData("[\"\\ud800\"]")]
    [InlineData("[1,]")]
    [InlineData("// x\n[]")]
    [InlineData("\ufeff[]")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public void Anything_but_the_canonical_bytes_is_refused_with_a_reason(string json)
    {
        Assert.False(CanonicalJson.TryParse(Encoding.UTF8.GetBytes(json), out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused() =>
        Assert.False(CanonicalJson.TryParse(new byte[] { (byte)'"', 0xC0, 0xAF, (byte)'"' }, out _, out _));
}
