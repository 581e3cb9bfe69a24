using AfterSales.Video.Sfu.Publications;

namespace AfterSales.Video.Sfu.Tests.Rooms;

public sealed class LayerChoiceTests
{
    private static readonly long[] Three = [150_000, 500_000, 1_700_000];
    private LayerChoice _choice;

    [Fact]
    public void The_best_layer_that_fits_is_chosen_after_three_roomy_seconds()
    {
        Assert.Equal([0, 0, 1], Choose(0, 3, 900_000));
        Assert.Equal([1, 1, 2], Choose(1, 3, long.MaxValue));
    }

    [Fact]
    public void A_link_that_shrinks_takes_the_layer_down_at_once()
    {
        Assert.Equal([1], Choose(2, 1, 900_000));
        Assert.Equal([0], Choose(1, 1, 100_000));
    }

    [Fact]
    public void A_share_that_trembles_about_a_layers_rate_changes_nothing()
    {
        var current = 0;
        for (var i = 0; i < 60; i++)
            current = _choice.Choose(Three, current, i % 2 == 0 ? 640_000 : 600_000);
        Assert.Equal(0, current);
    }

    [Fact]
    public void A_layer_the_browser_stopped_sending_is_left()
    {
        long[] rates = [150_000, 0, 0];
        Assert.Equal(0, _choice.Choose(rates, 2, long.MaxValue));
        long[] none = [0, 0];
        Assert.Equal(1, _choice.Choose(none, 1, long.MaxValue));
    }

    private int[] Choose(int current, int seconds, long shareBps)
    {
        var chosen = new int[seconds];
        for (var i = 0; i < seconds; i++)
            chosen[i] = current = _choice.Choose(Three, current, shareBps);
        return chosen;
    }
}
