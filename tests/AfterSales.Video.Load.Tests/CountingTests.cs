using AfterSales.Video.Load.Report;
using AfterSales.Video.Load.Servers;
using AfterSales.Video.Load.Traffic;

namespace AfterSales.Video.Load.Tests;

public sealed class CountingTests
{
    private static readonly Uri Endpoint = new("http://localhost:5080/whip/");

    [Fact]
    public void A_renumbered_stream_is_matched_and_what_is_missing_repeated_or_changed_is_counted()
    {
        var (meter, packets) = Sent(100);
        for (var i = 0; i < 100; i++)
        {
            if (i is not (10 or 20))
                Assert.Equal(i != 30, packets.Received((ushort)(65_500 + i + 40_000), i == 30 ? [9, 9, 9] : Content(i), 1_000_000 + (i * 1000)));
        }

        Assert.True(packets.Received(unchecked((ushort)(65_500 + 40_000 + 50)), Content(50), 2_000_000));
        Assert.Equal((100, 97, 1, 1), (meter.Sent, meter.Received, meter.Duplicated, meter.Altered));
        Assert.InRange(meter.Latency.Percentile(0.5), 0.9, 1.1);
    }

    [Fact]
    public void A_server_that_begins_to_number_anew_is_followed()
    {
        var (meter, packets) = Sent(100);
        for (var i = 0; i < 40; i++)
            packets.Received((ushort)i, Content(i), 1_000_000);
        for (var i = 40; i < 100; i++)
            packets.Received((ushort)(i + 7000), Content(i), 1_000_000);
        Assert.Equal((100, 92, 8), (meter.Sent, meter.Received, meter.Altered));
    }

    [Fact]
    public void Packets_before_and_after_the_window_do_not_count()
    {
        var meter = new TrafficMeter();
        var packets = new SentPackets(meter);
        packets.Sent(1, Content(1), 1);
        packets.Received(1, Content(1), 2);
        meter.Open();
        packets.Sent(2, Content(2), 3);
        meter.Close();
        packets.Received(2, Content(2), 4);
        packets.Sent(3, Content(3), 5);
        packets.Received(3, Content(3), 6);
        Assert.Equal((1, 1), (meter.Sent, meter.Received));
    }

    [Fact]
    public void Percentiles_are_those_of_what_was_added()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal(0, histogram.Percentile(0.99));
        for (var i = 1; i <= 1000; i++)
            histogram.Add(i * 100_000L);
        histogram.Add(-5);
        histogram.Add(9_000_000_000);
        Assert.InRange(histogram.Percentile(0.5), 49.9, 50.2);
        Assert.InRange(histogram.Percentile(0.99), 98.8, 99.2);
        Assert.Equal(9000, histogram.MaxMs);
    }

    [Fact]
    public void The_knee_is_where_packets_are_lost_or_wait()
    {
        Assert.StartsWith("No knee up to 25 calls. Below it a call-second costs 7.0 to 8.0 ms: one core would be full at 143 calls.",
            Saturation.Describe([Step(25, 7, 0, 2), Step(10, 8, 0, 1)]), StringComparison.Ordinal);
        Assert.StartsWith("The knee is between 50 and 75 calls.", Saturation.Describe([Step(50, 8, 0, 2), Step(75, 9, 0.5, 2)]), StringComparison.Ordinal);
        Assert.StartsWith("The knee is between 50 and 75 calls.", Saturation.Describe([Step(50, 8, 0, 2), Step(75, 9, 0, 60), Step(100, 9, 0, 1)]), StringComparison.Ordinal);
        Assert.StartsWith("Beyond the knee already at 1 calls", Saturation.Describe([Step(1, 8, 5, 2)]), StringComparison.Ordinal);
        Assert.Equal("Nothing was measured.", Saturation.Describe([]));
    }

    [Theory]
    [InlineData("session/1", "http://localhost:5080/whip/session/1")]
    [InlineData("/whip/1", "http://localhost:5080/whip/1")]
    [InlineData("http://LOCALHOST:5080/x", "http://localhost:5080/x")]
    [InlineData("https://localhost:5080/x", null)]
    [InlineData("//elsewhere/x", null)]
    [InlineData("http://localhost:5081/x", null)]
    [InlineData("javascript:x", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_location_is_taken_from_the_endpoint_s_own_host_only(string? location, string? expected)
    {
        Assert.Equal(expected is not null, WhipLocation.TryResolve(Endpoint, location, out var resource));
        Assert.Equal(expected, resource?.ToString());
    }

    [Theory]
    [InlineData("peers --calls 1,10 --up-to 50 --event-loops 0,1", null)]
    [InlineData("whip --whip http://h/{call} --whep http://h/{other}", null)]
    [InlineData("whip --whip http://h/{call}", "whip needs --whip and --whep.")]
    [InlineData("hub-at --url http://h", "hub-at needs --url, --email and --password.")]
    [InlineData("hub --calls 0", "--calls cannot be '0'.")]
    [InlineData("hub --calls", "--calls needs a value.")]
    [InlineData("hub --colour red", "--colour cannot be 'red'.")]
    [InlineData("dance", "Holds two-party calls")]
    public void A_wrong_argument_is_named(string line, string? expected)
    {
        Assert.Equal(expected is null, LoadArguments.TryParse(line.Split(' '), out _, out var error));
        Assert.StartsWith(expected ?? "", error ?? "", StringComparison.Ordinal);
    }

    private static (TrafficMeter Meter, SentPackets Packets) Sent(int count)
    {
        var meter = new TrafficMeter();
        var packets = new SentPackets(meter);
        meter.Open();
        for (var i = 0; i < count; i++)
            packets.Sent((ushort)(65_500 + i), Content(i), 1 + (i * 1000));
        return (meter, packets);
    }

    private static byte[] Content(int number) => [0x90, .. BitConverter.GetBytes(number * 77_777), .. new byte[20], (byte)number];

    private static StepReport Step(int calls, double cost, double lossPercent, double p99) => new()
    {
        Server = "test",
        Calls = calls,
        MeasuredSeconds = 1,
        VideoCodec = "VP8",
        ContentPacketsPerSecondPerCall = 0,
        ContentMegabitsPerSecondPerCall = 0,
        SentPacketsPerSecond = 0,
        ReceivedPacketsPerSecond = 0,
        Sent = 0,
        Lost = 0,
        LossPercent = lossPercent,
        Altered = 0,
        Duplicated = 0,
        KeyFrameRequests = 0,
        LatencyMedianMs = 0,
        LatencyP99Ms = p99,
        LatencyMaxMs = 0,
        SetUpMedianMs = 0,
        SetUpP95Ms = 0,
        SetUpMaxMs = 0,
        CpuMsPerCallSecond = cost,
        CpuSecondsPerMediaMinute = 0,
        CpuPercentOfCore = 0,
        ResidentIdleMiB = 0,
        ResidentMiB = 0,
        ResidentPerCallMiB = 0,
        ThreadMsPerCallSecond = new Dictionary<string, double>(StringComparer.Ordinal),
        GeneratorCpuPercent = 10,
        GeneratorLatenessP99Ms = 0,
        GeneratorRefused = 0,
    };
}
