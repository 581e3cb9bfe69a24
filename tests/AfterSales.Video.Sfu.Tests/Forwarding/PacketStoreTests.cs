using AfterSales.Video.Sfu.Forwarding;

namespace AfterSales.Video.Sfu.Tests.Forwarding;

public sealed class PacketStoreTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_found_is_what_was_stored(int seed)
    {
        var random = new Random(seed);
        using var store = PacketStore.ForVideo();
        var now = 1L;
        var found = 0;
        for (long sequence = 70_000; sequence < 80_000; sequence++)
        {
            now += random.Next(6_000_000);
            Add(store, sequence, Content(sequence), now);
            var asked = sequence - random.Next(600);
            if (!store.TryGet(asked, now, out var packet, out var withHeadroom))
                continue;
            found++;
            Assert.True(packet.Payload.SequenceEqual(Content(asked)), $"seed {seed}: {asked}");
            Assert.Equal(packet.Payload.Length + PacketStore.Headroom, withHeadroom.Length);
        }
        Assert.True(found > 7_000, $"seed {seed}: {found}");
    }

    [Fact]
    public void Nothing_older_than_two_seconds_is_given_out()
    {
        using var store = PacketStore.ForVideo();
        Add(store, 70_000, [1], 0);
        Assert.True(store.TryGet(70_000, 2_000_000_000, out _, out _));
        Assert.False(store.TryGet(70_000, 2_000_000_001, out _, out _));
    }

    [Fact]
    public void Two_seconds_of_two_megabits_are_kept()
    {
        using var store = PacketStore.ForVideo();
        var payload = new byte[1100];
        for (var i = 0; i < 2000; i++)
            Add(store, 70_000 + i, payload, i * 4_400_000L);
        Assert.True(store.TryGet(70_000 + 1999 - 440, 1999 * 4_400_000L, out _, out _));
    }

    private static byte[] Content(long sequence)
    {
        var bytes = new byte[(sequence * 37 % 1200) + 1];
        Array.Fill(bytes, (byte)sequence);
        return bytes;
    }

    private static void Add(PacketStore store, long sequence, byte[] payload, long now) => store.Add(
        new InboundPacket { Sequence = sequence, Timestamp = 1, PayloadType = 96, Marker = false, StartsStream = false, AudioLevel = InboundPacket.NoAudioLevel, Payload = payload },
        now);
}
