using AfterSales.Video.TestKit.Network;

namespace AfterSales.Video.Rtc.Tests.Network;

public sealed class LinkModelTests
{
    private const int Packets = 20_000;
    private const int Bytes = 1000;
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(10);

    [Theory]
    [InlineData(0.05, 1)]
    [InlineData(0.2, 1)]
    [InlineData(0.4, 8)]
    public void Loses_the_share_asked_for_in_bursts_of_the_length_asked_for(double loss, double burst)
    {
        var arrivals = Run(new LinkConditions { Loss = loss, MeanBurst = burst });
        var lost = arrivals.Count(a => a.Count == 0);
        var bursts = arrivals.Where((a, i) => a.Count == 0 && (i == 0 || arrivals[i - 1].Count > 0)).Count();
        Assert.InRange((double)lost / Packets, loss * 0.85, loss * 1.15);
        var expected = burst > 1 ? burst : 1 / (1 - loss);
        Assert.InRange((double)lost / bursts, expected * 0.85, expected * 1.15);
    }

    [Fact]
    public void The_same_seed_does_the_same_to_the_same_packets()
    {
        var conditions = new LinkConditions { Loss = 0.1, Jitter = TimeSpan.FromMilliseconds(20), Duplicate = 0.1, Reorder = 0.1 };
        Assert.Equal(Run(conditions, seed: 7).SelectMany(a => a), Run(conditions, seed: 7).SelectMany(a => a));
        Assert.NotEqual(Run(conditions, seed: 7).SelectMany(a => a), Run(conditions, seed: 8).SelectMany(a => a));
    }

    [Fact]
    public void Jitter_spreads_the_delay_and_keeps_the_order()
    {
        var arrivals = Run(new LinkConditions { Delay = TimeSpan.FromMilliseconds(50), Jitter = TimeSpan.FromMilliseconds(30) });
        var delays = arrivals.Select((a, i) => a[0] - (i * Gap)).ToArray();
        Assert.InRange(delays.Min(), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(52));
        Assert.InRange(delays.Max(), TimeSpan.FromMilliseconds(78), TimeSpan.FromMilliseconds(80));
        Assert.All(arrivals.Zip(arrivals.Skip(1)), pair => Assert.True(pair.First[0] <= pair.Second[0]));
    }

    [Fact]
    public void A_limited_rate_delays_up_to_its_queue_and_drops_the_rest()
    {
        // 1,028 bytes every 10 ms are 822 kbit/s: half of it fits.
        var model = new LinkModel(1) { Conditions = new LinkConditions { RateBps = 411_200, Queue = TimeSpan.FromMilliseconds(200) } };
        var arrivals = Run(model);
        Assert.InRange(arrivals.Count(a => a.Count > 0) / (double)Packets, 0.49, 0.51);
        Assert.Equal(model.Counts.Offered - model.Counts.Passed, model.Counts.Overflowed);
        Assert.InRange(arrivals.Select((a, i) => a.Count > 0 ? a[0] - (i * Gap) : TimeSpan.Zero).Max(), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(221));
    }

    [Fact]
    public void Doubled_and_held_back_packets_are_as_many_as_asked_for()
    {
        var arrivals = Run(new LinkConditions { Duplicate = 0.1, Reorder = 0.05, ReorderHold = TimeSpan.FromMilliseconds(25) });
        Assert.InRange(arrivals.Count(a => a.Count == 2) / (double)Packets, 0.09, 0.11);
        Assert.InRange(arrivals.Select((a, i) => a[0] - (i * Gap)).Count(d => d > TimeSpan.FromMilliseconds(20)) / (double)Packets, 0.045, 0.055);
    }

    [Fact]
    public void A_dead_link_passes_nothing() => Assert.All(Run(LinkConditions.Dead), Assert.Empty);

    private static List<List<TimeSpan>> Run(LinkConditions conditions, int seed = 1) => Run(new LinkModel(seed) { Conditions = conditions });

    private static List<List<TimeSpan>> Run(LinkModel model)
    {
        var arrivals = new List<List<TimeSpan>>();
        Span<TimeSpan> times = stackalloc TimeSpan[2];
        for (var i = 0; i < Packets; i++)
            arrivals.Add([.. times[..model.Pass(i * Gap, Bytes, times)]]);
        return arrivals;
    }
}
