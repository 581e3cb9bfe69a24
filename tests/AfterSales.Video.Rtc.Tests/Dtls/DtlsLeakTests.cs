namespace AfterSales.Video.Rtc.Tests.Dtls;

/// <summary>Alone in the process while it runs: it looks at the memory of all of it.</summary>
[Collection(nameof(DtlsLeakTests))]
[CollectionDefinition(nameof(DtlsLeakTests), DisableParallelization = true)]
public class DtlsLeakTests(DtlsIdentities identities) : IClassFixture<DtlsIdentities>
{
    [Fact]
    public void A_thousand_sessions_leave_nothing_behind()
    {
        for (var warmUp = 0; warmUp < 200; warmUp++)
            ConnectAndDrop();
        var before = NativeBytes();
        for (var run = 0; run < 500; run++)
            ConnectAndDrop();

        // Some 120 MB if they were kept: 2,000 sessions of 60 KB, half of them given up in the middle of a handshake.
        Assert.InRange(NativeBytes() - before, long.MinValue, 8 << 20);
    }

    private void ConnectAndDrop()
    {
        using var pair = new DtlsPair(identities);
        pair.Run();
        using var half = new DtlsPair(identities);
        half.Client.Start(DtlsPair.NowNs);
        half.Exchange(datagram => [datagram]);
    }

    /// <summary>Resident, without what the garbage collector holds.</summary>
    private static long NativeBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var pages = File.ReadAllText("/proc/self/statm").Split(' ')[1];
        return (long.Parse(pages) * Environment.SystemPageSize) - GC.GetGCMemoryInfo().TotalCommittedBytes;
    }
}
