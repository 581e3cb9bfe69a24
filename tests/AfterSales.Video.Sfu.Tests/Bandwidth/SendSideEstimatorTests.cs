using AfterSales.Video.Sfu.Bandwidth;
using AfterSales.Video.Sfu.Tests.Fakes;

namespace AfterSales.Video.Sfu.Tests.Bandwidth;

public sealed class SendSideEstimatorTests(ITestOutputHelper output)
{
    private readonly SfuOptions _options = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Nonsense_from_a_receiver_keeps_the_estimate_within_its_bounds(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var estimator = new SendSideEstimator(_options);
        var probe = 0;
        for (var i = 1L; i < 20_000; i++)
        {
            var sentNs = i * 3_000_000;
            var arrivalNs = random.Next(4) == 0 ? random.NextInt64(-1L << 50, 1L << 50) : sentNs + random.Next(1_000_000_000);
            estimator.OnPacketResult(new PacketResult(sentNs, arrivalNs, random.Next(1, 1500), (PacketFate)random.Next(3), probe));
            if (random.Next(10) == 0)
                estimator.OnFeedbackEnd(sentNs, random.NextInt64(0, 10_000_000_000));
            estimator.TryStartProbe(5_000_000, sentNs, out probe, out _);
            Assert.InRange(estimator.EstimateBps, _options.MinDownlinkBps, _options.MaxDownlinkBps);
            Assert.InRange(estimator.TargetBps, _options.MinDownlinkBps, _options.MaxDownlinkBps);
        }
    }

    [Fact]
    public void Without_transport_feedback_the_receivers_estimate_and_heavy_loss_are_heard()
    {
        var estimator = new SendSideEstimator(_options);
        estimator.OnReceiverEstimate(1_000_000, 1);
        Assert.Equal(1_000_000, estimator.EstimateBps);
        estimator.OnReceiverEstimate(long.MaxValue, 2);
        Assert.Equal(_options.MaxDownlinkBps, estimator.EstimateBps);
        estimator.OnReceiverEstimate(0, 3);
        Assert.Equal(_options.MinDownlinkBps, estimator.EstimateBps);
        estimator.OnReceiverEstimate(1_000_000, 4);
        estimator.OnReportedLoss(0.2, 5);
        Assert.Equal(1_000_000, estimator.EstimateBps);
        estimator.OnReportedLoss(0.5, 6);
        Assert.Equal(750_000, estimator.EstimateBps);
        Assert.False(estimator.TryStartProbe(9_000_000, 7, out _, out _));
    }

    [Fact]
    public void A_voice_that_arrives_through_loss_and_false_alarms_is_never_taken_for_too_much()
    {
        var rate = new AimdRate(600_000, 30_000, 10_000_000);
        for (var i = 1; i < 200; i++)
            rate.Update(LinkUse.Over, 46_000, 57_000, 0.2, 100_000_000, i * 1_000_000_000L);
        Assert.InRange(rate.Bps, MediaLadder.StillsReturnBps, 80_000);
    }

    [Fact]
    public void A_voice_that_does_not_arrive_is()
    {
        var rate = new AimdRate(600_000, 30_000, 10_000_000);
        for (var i = 1; i < 10; i++)
            rate.Update(LinkUse.Over, 38_000, 57_000, 0, 100_000_000, i * 1_000_000_000L);
        Assert.True(rate.Bps < MediaLadder.StillsLeaveBps);
    }

    [Fact]
    public void Settings_that_make_no_sense_are_refused_by_name()
    {
        var refused = Assert.Throws<ArgumentException>(() => new SfuNode([new ManualLoop()], new SfuOptions { StartDownlinkBps = 20_000, MinPublisherBps = 9_000_000 }, new EventLog()));
        Assert.Contains("StartDownlinkBps (20000)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("MinPublisherBps (9000000)", refused.Message, StringComparison.Ordinal);
    }
}
