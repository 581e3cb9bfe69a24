using AfterSales.Video.Rtc.Tests.Loop;

namespace AfterSales.Video.Rtc.Tests.Peer;

public sealed class AllocationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ten_thousand_packets_received_and_sent_allocate_nothing_on_the_loop(bool overTcp)
    {
        const int WarmUp = 500;
        const int Measured = 10_000;
        await using var calls = TestCalls.Start();
        var (allocatedBefore, allocatedAfter, echoed) = (0L, 0L, 0L);
        var observer = new PeerRecorder();
        observer.RtpAction = (peer, packet) =>
        {
            if (observer.Rtp == WarmUp)
                allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
            if (peer.SendRtp(packet[..12], packet[12..]))
                echoed++;
            if (observer.Rtp == WarmUp + Measured)
                Volatile.Write(ref allocatedAfter, GC.GetAllocatedBytesForCurrentThread());
        };
        var call = await calls.ConnectAsync(TestCalls.Options() with { UseTcp = overTcp }, observer);
        while (observer.Rtp < WarmUp + Measured)
        {
            var target = observer.Rtp + 100;
            await call.SendAsync(100, payloadBytes: 1100);
            await WaitUntil.TrueAsync(() => observer.Rtp >= target);
        }

        await WaitUntil.TrueAsync(() => Volatile.Read(ref allocatedAfter) > 0);
        Assert.Equal(0, Volatile.Read(ref allocatedAfter) - allocatedBefore);
        Assert.InRange(echoed, Measured, long.MaxValue);
    }
}
