using AfterSales.Video.Sfu.Publications;

namespace AfterSales.Video.Sfu.Tests.Rooms;

public sealed class ReceiveStatisticsTests
{
    [Fact]
    public void Jitter_is_the_mean_difference_of_transit_times_in_milliseconds()
    {
        var (even, uneven) = (new ReceiveStatistics(90_000), new ReceiveStatistics(90_000));
        for (var i = 0; i < 200; i++)
        {
            even.OnPacket((ushort)i, (uint)(i * 3000), i * 33_333_333L);
            uneven.OnPacket((ushort)i, (uint)(i * 3000), (i * 33_333_333L) + (i % 2 * 8_000_000));
        }

        Assert.InRange(even.JitterMs, 0, 0.1);
        Assert.InRange(uneven.JitterMs, 7.8, 8.2);
    }

    [Fact]
    public void Lost_and_received_are_those_since_the_last_report()
    {
        var statistics = new ReceiveStatistics(48_000);
        foreach (var sequence in (ushort[])[1, 2, 3, 6, 7])
            statistics.OnPacket(sequence, 0, 0);
        statistics.Report(1, 0);
        Assert.Equal((5, 2), (statistics.LastReceived, statistics.LastLost));
        statistics.OnPacket(8, 0, 0);
        statistics.Report(1, 0);
        Assert.Equal((1, 0), (statistics.LastReceived, statistics.LastLost));
    }
}
