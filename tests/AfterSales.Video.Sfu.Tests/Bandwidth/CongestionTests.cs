using AfterSales.Video.Sfu.Rooms;
using AfterSales.Video.Sfu.Tests.Fakes;
using AfterSales.Video.TestKit.Network;

namespace AfterSales.Video.Sfu.Tests.Bandwidth;

/// <summary>The levels of a bad network in simulation: the whole downlink of a real room against a modelled link.</summary>
[Collection("takes the whole machine")]
public sealed class CongestionTests(ITestOutputHelper output)
{
    private static readonly LinkConditions Good = new() { Delay = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task A_wide_link_is_found_within_two_seconds()
    {
        var call = await SimulatedCall.StartAsync(Good, cameraBps: 2_500_000);
        var start = Show("first 2 s", call.Run(2));
        Assert.InRange(start.EstimateBps, 2_400_000, 10_000_000);
        var later = Show("then", call.Run(8));
        Assert.InRange(later.VideoBps, 2_200_000, 2_600_000);
        Assert.True(later.PaddingBps < 100_000, $"{later.PaddingBps}");
        Assert.True(later.LongestDelayMs < 25);
        Assert.Empty(call.Advice);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(500)]
    [InlineData(800)]
    public async Task A_link_that_shrinks_in_the_call_settles_within_five_seconds_with_a_short_queue_and_stays_there(int kilobits)
    {
        var call = await SimulatedCall.StartAsync(Good);
        Show("before", call.Run(10));
        call.Become(Good with { RateBps = kilobits * 1000, Queue = TimeSpan.FromSeconds(1) });
        Show("settling", call.Run(5));
        var quarters = new List<Measured>();
        for (var i = 0; i < 4; i++)
            quarters.Add(Show($"quarter {i + 1}", call.Run(10)));
        Assert.All(quarters, quarter =>
        {
            Assert.InRange(quarter.LongestDelayMs, 20, 400);
            Assert.InRange(quarter.EstimateBps, kilobits * 600, kilobits * 1_250);
            Assert.InRange(quarter.FramesPerSecond, 20, 31);
        });
        var swing = 1 - (quarters.Min(quarter => quarter.VideoBps) / quarters.Max(quarter => quarter.VideoBps));
        Assert.True(swing < 0.3, $"swing {swing:P0}");
        Assert.True(quarters.Average(quarter => quarter.VideoBps) > (kilobits * 1000 - 64_000) * 0.6);
        Assert.Empty(call.Advice);
    }

    [Theory]
    [InlineData(0.05, 1)]
    [InlineData(0.1, 2)]
    [InlineData(0.2, 3)]
    [InlineData(0.2, 4)]
    public async Task Loss_alone_does_not_take_the_picture_away(double loss, int seed)
    {
        var call = await SimulatedCall.StartAsync(new LinkConditions { Delay = TimeSpan.FromMilliseconds(50), Loss = loss }, seed: seed);
        Show("first 10 s", call.Run(10));
        var later = Show("then", call.Run(30));
        Assert.True(later.EstimateBps > 1_200_000, $"{later.EstimateBps}");
        Assert.True(later.FramesPerSecond > 24);
        Assert.Empty(call.Advice);
    }

    [Fact]
    public async Task After_a_burst_of_loss_the_picture_is_as_before_within_two_seconds()
    {
        var call = await SimulatedCall.StartAsync(Good);
        var before = Show("before", call.Run(10));
        call.Become(Good with { Loss = 0.4, MeanBurst = 8 });
        Show("burst", call.Run(5));
        call.Become(Good);
        Show("2 s after", call.Run(2));
        var after = Show("then", call.Run(3));
        Assert.True(after.VideoBps > before.VideoBps * 0.8);
        Assert.Empty(call.Advice);
    }

    [Fact]
    public async Task On_a_link_for_sound_alone_the_picture_gives_way_and_comes_back_with_the_link()
    {
        var call = await SimulatedCall.StartAsync(Good);
        Show("before", call.Run(10));
        call.Become(Good with { RateBps = 100_000, Queue = TimeSpan.FromSeconds(1) });
        Show("settling", call.Run(8));
        var thin = Show("thin", call.Run(30));
        Assert.Equal([MediaMode.Stills], call.Advice.Select(advice => advice.Mode));
        Assert.Equal(0, thin.AudioLoss);
        Assert.True(thin.MedianDelayMs < 60, $"{thin.MedianDelayMs}");
        Assert.True(thin.LongestDelayMs < 400, $"{thin.LongestDelayMs}");
        call.Become(Good);
        Show("wide again", call.Run(30));
        var back = Show("then", call.Run(5));
        Assert.Equal([MediaMode.Stills, MediaMode.Video], call.Advice.Select(advice => advice.Mode));
        Assert.True(back.VideoBps > 900_000);
    }

    [Fact]
    public async Task A_long_and_restless_way_is_not_taken_for_a_full_one()
    {
        var call = await SimulatedCall.StartAsync(new LinkConditions
        {
            Delay = TimeSpan.FromMilliseconds(150),
            Jitter = TimeSpan.FromMilliseconds(50),
            Reorder = 0.02,
            ReorderHold = TimeSpan.FromMilliseconds(30),
        });
        Show("first 10 s", call.Run(10));
        var later = Show("then", call.Run(30));
        Assert.True(later.EstimateBps > 1_200_000, $"{later.EstimateBps}");
        Assert.True(later.VideoBps > 1_000_000);
        Assert.Empty(call.Advice);
    }

    [Fact]
    public async Task A_link_that_widens_again_is_used_again_within_ten_seconds()
    {
        var call = await SimulatedCall.StartAsync(Good with { RateBps = 400_000, Queue = TimeSpan.FromSeconds(1) });
        Show("narrow", call.Run(20));
        call.Become(Good with { RateBps = 3_000_000 });
        Show("widening", call.Run(10));
        var wide = Show("wide", call.Run(5));
        Assert.True(wide.VideoBps > 1_000_000);
    }

    [Fact]
    public async Task A_quiet_publisher_costs_its_viewers_no_probes_and_proves_nothing()
    {
        var call = await SimulatedCall.StartAsync(Good, cameraBps: 120_000);
        Show("first", call.Run(10));
        var later = Show("then", call.Run(30));
        Assert.True(later.PaddingBps < 5_000, $"{later.PaddingBps}");
        Assert.InRange(later.EstimateBps, 400_000, 3_000_000);
        Assert.Empty(call.Advice);
    }

    private Measured Show(string what, Measured measured)
    {
        output.WriteLine($"{what}: picture {measured.VideoBps / 1000:0} kbit/s, {measured.FramesPerSecond:0.0} frames/s, padding {measured.PaddingBps / 1000:0.0} kbit/s, voice one way {measured.MedianDelayMs:0}/{measured.LongestDelayMs:0} ms, lost {measured.AudioLoss:P1}, estimate {measured.EstimateBps / 1000} kbit/s");
        return measured;
    }
}
