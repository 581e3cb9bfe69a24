using AfterSales.Video.Rtc.Rtp;

namespace AfterSales.Video.Rtc.Tests.Rtp;

public sealed class SequenceNumberTests
{
    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(0, 65535, 1)]
    [InlineData(65535, 0, -1)]
    [InlineData(32767, 0, 32767)]
    [InlineData(32768, 0, -32768)]
    public void Distance_wraps(int left, int right, int distance)
    {
        var (a, b) = (new SequenceNumber((ushort)left), new SequenceNumber((ushort)right));
        Assert.Equal(distance, a.DistanceFrom(b));
        Assert.Equal(distance > 0, a.IsNewerThan(b));
        Assert.Equal(a, b + distance);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Unwrapping_any_reordered_stream_gives_back_its_count(int seed)
    {
        var random = new Random(seed);
        var unwrapper = new SequenceUnwrapper();
        var start = random.Next(0x10000);
        unwrapper.Unwrap((ushort)start);
        for (var i = 0; i < 300_000; i++)
        {
            var value = start + i + random.Next(-200, 200);
            if (value < start)
                continue;
            Assert.Equal(0x10000 + value, unwrapper.Peek((ushort)value));
            Assert.Equal(0x10000 + value, unwrapper.Unwrap((ushort)value));
        }
    }

    [Fact]
    public void Timestamps_unwrap_across_their_end()
    {
        var unwrapper = new TimestampUnwrapper();
        var first = unwrapper.Unwrap(uint.MaxValue - 10);
        Assert.Equal(first + 20, unwrapper.Unwrap(9));
        Assert.Equal(first - 5, unwrapper.Unwrap(uint.MaxValue - 15));
    }
}
