using AfterSales.Video.Rtc.Rtcp;

namespace AfterSales.Video.Rtc.Tests.Rtcp;

public sealed class TransportFeedbackTests
{
    /// <summary>Any pattern of loss, reordering and delay: what is written is read back, to 250 µs.</summary>
    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    [InlineData(24)]
    public void Any_arrivals_read_back(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var arrivals = Arrivals(random);
            var sequence = (ushort)random.Next(0x10000);
            var writer = new RtcpWriter(new byte[2000]);
            var covered = TransportFeedbackWriter.TryWrite(ref writer, 1, 2, sequence, (byte)round, arrivals);
            if (arrivals.All(arrival => arrival == TransportFeedbackWriter.NotReceived))
            {
                Assert.Equal(0, covered);
                continue;
            }
            var reader = new RtcpCompoundReader(writer.Written);
            Assert.True(reader.MoveNext(), $"seed {seed} round {round}");
            Assert.True(TransportFeedbackReader.TryParse(reader.Current, out var feedback), $"seed {seed} round {round}");
            Assert.Equal((1u, 2u, covered, (byte)round), (feedback.SenderSsrc, feedback.MediaSsrc, feedback.StatusCount, feedback.FeedbackCount));
            for (var i = 0; i < covered; i++)
            {
                Assert.True(feedback.MoveNext());
                Assert.Equal((ushort)(sequence + i), feedback.Sequence);
                Assert.Equal(arrivals[i] != TransportFeedbackWriter.NotReceived, feedback.Received);
                if (feedback.Received)
                    Assert.InRange(arrivals[i] - feedback.ArrivalNs, 0, 249_999);
            }
            Assert.False(feedback.MoveNext());
        }
    }

    [Fact]
    public void A_pause_too_long_for_a_delta_ends_the_feedback()
    {
        var writer = new RtcpWriter(new byte[200]);
        Assert.Equal(1, TransportFeedbackWriter.TryWrite(ref writer, 1, 2, 0, 0, [0, 9_000_000_000]));
    }

    [Theory]
    [InlineData("0000000100000002000000000000000000")] // no status
    [InlineData("00000001000000020000000100000000")] // no chunk
    [InlineData("000000010000000200000001000000000000")] // empty run
    [InlineData("00000001000000020000FFFF000000003FFF")] // deltas missing
    public void Feedback_that_lies_is_refused(string hex) =>
        Assert.False(TransportFeedbackReader.TryParse(new RtcpPacketView(RtcpType.TransportFeedback, 15, Convert.FromHexString(hex)), out _));

    private static long[] Arrivals(Random random)
    {
        var arrivals = new long[random.Next(1, 380)];
        var now = random.NextInt64(100_000_000_000);
        var loss = random.Next(0, 100);
        var jumpy = random.Next(2) == 0;
        for (var i = 0; i < arrivals.Length; i++)
        {
            now = Math.Max(0, now + (jumpy ? random.Next(-20_000_000, 200_000_000) : random.Next(0, 3_000_000)));
            arrivals[i] = random.Next(100) < loss ? TransportFeedbackWriter.NotReceived : now;
        }
        return arrivals;
    }
}
