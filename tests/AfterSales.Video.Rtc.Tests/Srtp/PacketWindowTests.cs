using AfterSales.Video.Rtc.Srtp;
using FsCheck;
using FsCheck.Fluent;

namespace AfterSales.Video.Rtc.Tests.Srtp;

public class PacketWindowTests
{
    [Fact]
    public void The_index_is_estimated_as_in_RFC_3711_appendix_A()
    {
        var indices = ArbMap.Default.ArbFor<uint>();
        var sequences = ArbMap.Default.ArbFor<ushort>();
        Prop.ForAll(indices, sequences, (highest, sequence) => Estimated(highest, sequence) == AppendixA(highest, sequence))
            .QuickCheckThrowOnFailure();
        foreach (var highest in new uint[] { 0, 1, 32767, 32768, 32769, 65535, 65536, 98304, 0xFFFF_FFFF })
        {
            foreach (var sequence in new ushort[] { 0, 1, 32766, 32767, 32768, 32769, 65534, 65535 })
                Assert.Equal(AppendixA(highest, sequence), Estimated(highest, sequence));
        }
    }

    [Fact]
    public void Whatever_the_order_an_index_is_fresh_exactly_once()
    {
        var steps = ArbMap.Default.ArbFor<short[]>();
        Prop.ForAll(steps, AgreesWithASet).QuickCheckThrowOnFailure();
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var walk = Enumerable.Range(0, 500).Select(_ => (short)random.Next(-PacketWindow.Packets - 5, PacketWindow.Packets + 5)).ToArray();
            Assert.True(AgreesWithASet(walk), $"seed {seed}");
        }
    }

    /// <summary>A random walk around the highest index, against the plain definition: not in the set and not too old.</summary>
    private static bool AgreesWithASet(short[] steps)
    {
        var window = new PacketWindow();
        var seen = new HashSet<long>();
        var highest = -1L;
        foreach (var step in steps)
        {
            var index = highest + step;
            var expected = index >= 0 && index > highest - PacketWindow.Packets && !seen.Contains(index);
            if (window.IsFresh(index) != expected)
                return false;
            if (!expected)
                continue;
            window.Mark(index);
            seen.Add(index);
            highest = Math.Max(highest, index);
        }
        return window.Highest == highest;
    }

    private static long Estimated(uint highest, ushort sequence)
    {
        var window = new PacketWindow();
        window.Mark(highest);
        return window.Estimate(sequence);
    }

    /// <summary>The pseudo-code of the RFC, word for word, without its modulo: a counter below 0 is refused by us.</summary>
    private static long AppendixA(uint highest, ushort seq)
    {
        long roc = highest >> 16;
        int s_l = (ushort)highest;
        long v;
        if (s_l < 32768)
            v = seq - s_l > 32768 ? roc - 1 : roc;
        else
            v = s_l - 32768 > seq ? roc + 1 : roc;
        return seq + (v * 65536);
    }
}
