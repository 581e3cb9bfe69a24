using AfterSales.Video.TestKit.Network;

namespace AfterSales.Video.Rtc.Tests.Network;

public sealed class LinkScriptTests
{
    [Fact]
    public void A_script_says_what_holds_from_when()
    {
        var script = LinkScript.Parse("""
            # a stairwell
            0    both  loss 5% burst 4 delay 50ms jitter 10.5ms
            10.5 up    rate 300kbit queue 250ms reorder 1% hold 30ms duplicate 2%   # a full uplink
            20   both  dead
            25   down  clear
            30   rebind
            """);
        Assert.Equal([0, 10.5, 20, 25, 30], script.Steps.Select(s => s.At.TotalSeconds));
        var first = new LinkConditions { Loss = 0.05, MeanBurst = 4, Delay = TimeSpan.FromMilliseconds(50), Jitter = TimeSpan.FromMilliseconds(10.5) };
        Assert.Equal((first, first), (script.Steps[0].Up, script.Steps[0].Down));
        Assert.Equal(
            new LinkConditions { RateBps = 300_000, Queue = TimeSpan.FromMilliseconds(250), Reorder = 0.01, ReorderHold = TimeSpan.FromMilliseconds(30), Duplicate = 0.02 },
            script.Steps[1].Up);
        Assert.Null(script.Steps[1].Down);
        Assert.Equal(LinkConditions.Dead, script.Steps[2].Down);
        Assert.Equal((null, LinkConditions.Clear), (script.Steps[3].Up, script.Steps[3].Down));
        Assert.True(script.Steps[4].ChangesAddress);
    }

    [Theory]
    [InlineData("soon both clear", "a time in seconds")]
    [InlineData("0 sideways clear", "up, down, both or rebind")]
    [InlineData("0 both loss", "5%")]
    [InlineData("0 both loss 5", "5%")]
    [InlineData("0 both loss 120%", "at most 100%")]
    [InlineData("0 both delay -5ms", "50ms")]
    [InlineData("0 both rate 3mbit", "300kbit")]
    [InlineData("0 both fog", "loss, burst, delay")]
    [InlineData("5 both clear\n4 both clear", "times must grow")]
    public void A_wrong_line_is_named_with_what_was_expected(string text, string expected)
    {
        var refusal = Assert.Throws<FormatException>(() => LinkScript.Parse(text));
        Assert.Contains("Line", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }
}
