using AfterSales.Video.Sfu.Forwarding;

namespace AfterSales.Video.Sfu.Tests.Forwarding;

public sealed class RtpRewriterTests
{
    /// <summary>Any loss, reordering, wrap and switch: the outgoing order is the source's order, no number is used twice, and each leads back to its packet.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Any_stream_stays_one_stream(int seed)
    {
        var random = new Random(seed);
        var rewriter = new RtpRewriter(0x10000 + random.Next(0x8000), 90_000);
        var used = new Dictionary<long, (int Source, long Sequence, uint Timestamp)>();
        var now = 1_000_000_000L;
        long lastOfBefore = 0;
        uint lastTimestampOfBefore = 0;
        for (var source = 1; source <= 12; source++)
        {
            var first = 0x10000L + random.Next(0x10000);
            var timestamp = (uint)random.NextInt64(uint.MaxValue);
            rewriter.Switch(source, first, timestamp, now);
            var packets = Shuffled(random, first, random.Next(50, 20_000));
            long highest = 0;
            long? shift = null;
            uint highestTimestamp = 0;
            foreach (var sequence in packets)
            {
                now += 1_000_000;
                var packetTimestamp = timestamp + (uint)((sequence - first) * 450);
                if (!rewriter.TryMap(source, sequence, packetTimestamp, now, out var outgoing, out var outgoingTimestamp))
                {
                    Assert.True(sequence < first, $"seed {seed}");
                    continue;
                }
                Assert.True(used.TryAdd(outgoing, (source, sequence, packetTimestamp)), $"seed {seed}: {outgoing} twice");
                Assert.True(outgoing > lastOfBefore, $"seed {seed}: behind the source before");
                shift ??= outgoing - sequence;
                Assert.Equal(shift, outgoing - sequence);
                if (lastTimestampOfBefore != 0 && sequence == first)
                    Assert.InRange((int)(outgoingTimestamp - lastTimestampOfBefore), 3_000, int.MaxValue);
                if (outgoing > highest)
                    (highest, highestTimestamp) = (outgoing, outgoingTimestamp);
                if (random.Next(50) == 0)
                    AssertReverses(rewriter, used, outgoing, outgoingTimestamp);
            }
            (lastOfBefore, lastTimestampOfBefore) = (highest, highestTimestamp);
        }
    }

    [Fact]
    public void Packets_of_another_source_or_from_before_the_switch_are_not_mapped()
    {
        var rewriter = new RtpRewriter(100_000, 90_000);
        Assert.False(rewriter.TryMap(1, 70_000, 0, 1, out _, out _));
        rewriter.Switch(1, 70_000, 0, 1);
        Assert.False(rewriter.TryMap(1, 69_999, 0, 1, out _, out _));
        Assert.False(rewriter.TryMap(2, 70_000, 0, 1, out _, out _));
        Assert.True(rewriter.TryMap(1, 70_000, 0, 1, out var outgoing, out _));
        Assert.Equal(100_000, outgoing);
        rewriter.Stop();
        Assert.False(rewriter.TryMap(1, 70_001, 0, 1, out _, out _));
        Assert.True(rewriter.TryReverse(100_000 & 0xFFFF, out _, out var source, out var sequence, out _));
        Assert.Equal((1, 70_000L), (source, sequence));
        Assert.False(rewriter.TryReverse(100_001 & 0xFFFF, out _, out _, out _, out _));
    }

    private static void AssertReverses(
        in RtpRewriter rewriter, Dictionary<long, (int Source, long Sequence, uint Timestamp)> used, long outgoing, uint outgoingTimestamp)
    {
        Assert.True(rewriter.TryReverse((ushort)outgoing, out var found, out var source, out var sequence, out var shift));
        Assert.Equal(outgoing, found);
        Assert.Equal((used[outgoing].Source, used[outgoing].Sequence), (source, sequence));
        Assert.Equal(outgoingTimestamp, used[outgoing].Timestamp + shift);
    }

    /// <summary>5 % lost, the rest up to 20 places out of order, some from before the start.</summary>
    private static List<long> Shuffled(Random random, long first, int count) =>
        [first, .. Enumerable.Range(-5, count).Where(i => i != 0 && random.Next(20) != 0).Select(i => (Sequence: first + i, Key: i + random.Next(20))).OrderBy(item => item.Key).Select(item => item.Sequence)];
}
