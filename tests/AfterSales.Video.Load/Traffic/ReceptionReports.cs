using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Rtp;

namespace AfterSales.Video.Load.Traffic;

/// <summary>
/// The reports a browser sends about what it receives: receiver reports every second and transport-wide feedback every 100 ms. Losses are told
/// and not asked for again: what a server loses stays lost and is counted. Loop thread only.
/// </summary>
internal sealed class ReceptionReports(uint senderSsrc)
{
    private const int Window = 2048;
    private readonly Dictionary<uint, Source> _sources = [];
    private readonly long[] _arrivals = NoArrivals();
    private SequenceUnwrapper _transport;
    private long _next;
    private byte _feedbackCount;
    private uint _mediaSsrc;

    public void OnPacket(in RtpPacketView packet, byte transportSequenceId, long nowNs)
    {
        ref var source = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_sources, packet.Ssrc, out _);
        if (!source.Sequence.HasStarted)
            source.First = source.Sequence.Peek(packet.SequenceNumber);
        source.Sequence.Unwrap(packet.SequenceNumber);
        source.Packets++;
        _mediaSsrc = packet.Ssrc;
        if (packet.Extensions.TryGet(transportSequenceId, out var value) && value.Length == 2)
            OnTransportSequence(System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(value), nowNs);
    }

    public void OnSenderReport(in SenderReport report, long nowNs)
    {
        ref var source = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_sources, report.Ssrc, out _);
        (source.LastReport, source.LastReportNs) = ((uint)(report.NtpTimestamp >> 16), nowNs);
    }

    /// <summary>False when there is nothing to tell yet.</summary>
    public bool TryWriteReceiverReport(ref RtcpWriter writer, long nowNs)
    {
        Span<ReportBlock> blocks = stackalloc ReportBlock[8];
        var count = 0;
        foreach (var (ssrc, source) in _sources)
        {
            if (!source.Sequence.HasStarted || count == blocks.Length)
                continue;
            var lost = (int)(source.Sequence.Highest - source.First + 1 - source.Packets);
            var delay = source.LastReport == 0 ? 0 : (uint)((nowNs - source.LastReportNs) / 1e9 * 65536);
            blocks[count++] = new ReportBlock(ssrc, 0, lost, (uint)source.Sequence.Highest, 0, source.LastReport, delay);
        }

        return count > 0 && writer.TryWriteReceiverReport(senderSsrc, blocks[..count]);
    }

    /// <summary>False when nothing new has come, or when the extension was not negotiated.</summary>
    public bool TryWriteTransportFeedback(ref RtcpWriter writer)
    {
        var count = (int)Math.Min(_transport.Highest + 1 - _next, TransportFeedbackWriter.MaxStatuses);
        if (!_transport.HasStarted || count <= 0)
            return false;
        Span<long> arrivals = stackalloc long[count];
        for (var i = 0; i < count; i++)
            arrivals[i] = _arrivals[(_next + i) % Window];
        var covered = TransportFeedbackWriter.TryWrite(ref writer, senderSsrc, _mediaSsrc, (ushort)_next, _feedbackCount, arrivals);
        if (covered == 0)
            return false;
        for (var i = 0; i < covered; i++)
            _arrivals[(_next + i) % Window] = TransportFeedbackWriter.NotReceived;
        _next += covered;
        _feedbackCount++;
        return true;
    }

    private void OnTransportSequence(ushort sequence, long nowNs)
    {
        var hasStarted = _transport.HasStarted;
        var extended = _transport.Unwrap(sequence);
        if (!hasStarted)
            _next = extended;
        // Far behind: start again rather than report what was overwritten.
        if (extended - _next >= Window)
            _next = extended;
        if (extended >= _next)
            _arrivals[extended % Window] = nowNs;
    }

    private static long[] NoArrivals()
    {
        var arrivals = new long[Window];
        Array.Fill(arrivals, TransportFeedbackWriter.NotReceived);
        return arrivals;
    }

    private record struct Source(SequenceUnwrapper Sequence, long First, long Packets, uint LastReport, long LastReportNs);
}
