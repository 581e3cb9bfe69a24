using AfterSales.Video.Sfu.Publications;

namespace AfterSales.Video.Sfu.Tests.Rooms;

public sealed class ReceiveWindowTests
{
    [Fact]
    public void Whatever_the_jumps_a_packet_is_accepted_exactly_once_and_never_when_too_old()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var (random, window, seen, highest) = (new Random(seed), new ReceiveWindow(), new HashSet<long>(), 65_536L);
            Assert.True(window.TryAccept(highest));
            seen.Add(highest);
            for (var i = 0; i < 1000; i++)
            {
                var sequence = Math.Max(1, highest + random.Next(4) switch
                {
                    0 => random.Next(-9000, 9000),
                    1 => random.Next(-130, 130),
                    _ => random.Next(-3, 4),
                });
                var expected = sequence > highest - 8192 && seen.Add(sequence);
                Assert.True(window.TryAccept(sequence) == expected, $"seed {seed}, step {i}, {sequence} after {highest}");
                highest = Math.Max(highest, sequence);
            }
        }
    }
}
