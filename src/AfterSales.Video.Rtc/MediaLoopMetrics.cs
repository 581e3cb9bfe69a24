using System.Diagnostics.Metrics;

namespace AfterSales.Video.Rtc;

/// <summary>Publishes the counters of the loops, read when somebody collects: nothing is added to the packet path.</summary>
public static class MediaLoopMetrics
{
    /// <param name="meter">Of the host's IMeterFactory; the instruments live as long as it does.</param>
    /// <param name="loops">Tagged by their name.</param>
    public static void Publish(Meter meter, IReadOnlyList<MediaLoop> loops)
    {
        ArgumentNullException.ThrowIfNull(meter);
        ArgumentNullException.ThrowIfNull(loops);
        Count(meter, loops, "aftersales.rtc.datagrams_received", "{datagram}", counters => counters.DatagramsReceived);
        Count(meter, loops, "aftersales.rtc.bytes_received", "By", counters => counters.BytesReceived);
        Count(meter, loops, "aftersales.rtc.datagrams_sent", "{datagram}", counters => counters.DatagramsSent);
        Count(meter, loops, "aftersales.rtc.bytes_sent", "By", counters => counters.BytesSent);
        Count(meter, loops, "aftersales.rtc.peers_created", "{peer}", counters => counters.PeersCreated);
        Count(meter, loops, "aftersales.rtc.peers_closed", "{peer}", counters => counters.PeersClosed);
        Count(meter, loops, "aftersales.rtc.tcp_connections_accepted", "{connection}", counters => counters.TcpConnectionsAccepted);
        Count(meter, loops, "aftersales.rtc.tcp_connections_refused", "{connection}", counters => counters.TcpConnectionsRefused);
        Count(meter, loops, "aftersales.rtc.tcp_connections_cut", "{connection}", counters => counters.TcpConnectionsCut);
        Count(meter, loops, "aftersales.rtc.faults", "{fault}", counters => counters.Faults);
        meter.CreateObservableCounter("aftersales.rtc.datagrams_dropped", () => loops.SelectMany(Dropped), "{datagram}");
        meter.CreateObservableGauge("aftersales.rtc.queued_commands", () => loops.Select(loop => Measure(loop, loop.QueuedCommands)), "{command}");
    }

    private static void Count(Meter meter, IReadOnlyList<MediaLoop> loops, string name, string unit, Func<MediaLoopCounters, long> read) =>
        meter.CreateObservableCounter(name, () => loops.Select(loop => Measure(loop, read(loop.Counters))), unit);

    private static IEnumerable<Measurement<long>> Dropped(MediaLoop loop)
    {
        var counters = loop.Counters;
        yield return Measure(loop, counters.DroppedBySocket, "socket");
        yield return Measure(loop, counters.DroppedSlowTcp, "slow_tcp");
        yield return Measure(loop, counters.DroppedUnknown, "unknown");
        yield return Measure(loop, counters.DroppedStunMalformed, "stun_malformed");
        yield return Measure(loop, counters.DroppedStunUnauthenticated, "stun_unauthenticated");
        yield return Measure(loop, counters.DroppedUnvalidated, "unvalidated");
        yield return Measure(loop, counters.DroppedPathConflict, "path_conflict");
        yield return Measure(loop, counters.DroppedSrtp, "srtp");
    }

    private static Measurement<long> Measure(MediaLoop loop, long value) => new(value, new KeyValuePair<string, object?>("loop", loop.Options.Name));

    private static Measurement<long> Measure(MediaLoop loop, long value, string reason) =>
        new(value, new KeyValuePair<string, object?>("loop", loop.Options.Name), new KeyValuePair<string, object?>("reason", reason));
}
