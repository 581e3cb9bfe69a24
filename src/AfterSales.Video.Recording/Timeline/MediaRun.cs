using AfterSales.Video.Recording.Depacketizing;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>Where a packet lies in the journal, and what ordering and timing need of it. 32 bytes, so that an hour's call fits in memory.</summary>
/// <param name="Seq">Unwrapped sequence number.</param>
/// <param name="Timestamp">Unwrapped RTP timestamp.</param>
/// <param name="Offset">Of the RTP payload, for <see cref="Evidence.Journals.RecordingJournal.TryRead"/>.</param>
internal readonly record struct PacketRef(long Seq, long Timestamp, long ArrivalNs, long Offset, ushort Length, PayloadMarks Flags);

/// <summary>The packets of one track in one codec from one SSRC: one sequence number space, one RTP clock.</summary>
internal sealed class MediaRun(TapTrack track, uint ssrc, long startedNs)
{
    private readonly List<PacketRef> _packets = [];
    private readonly List<SenderReportRecord> _early = [];
    private long _highestSeq = -1;
    private long _lastTimestamp = -1;

    public TapTrack Track => track;
    public uint Ssrc => ssrc;
    public long StartedNs => startedNs;
    public IPayloadFormat? Format { get; } = PayloadFormats.Find(track.Codec.Name);
    public List<PacketRef> Packets => _packets;

    /// <summary>Sender reports with their RTP timestamps unwrapped.</summary>
    public List<(SenderReportRecord Report, long Timestamp)> Reports { get; } = [];

    public void Add(ushort seq, uint timestamp, long arrivalNs, long offset, ushort length, PayloadMarks flags)
    {
        var unwrapped = _highestSeq < 0 ? seq + 65536L : _highestSeq + (short)(seq - (ushort)_highestSeq);
        _highestSeq = Math.Max(_highestSeq, unwrapped);
        _lastTimestamp = Unwrap(timestamp);
        foreach (var report in _early)
            Add(report);
        _early.Clear();
        _packets.Add(new PacketRef(unwrapped, _lastTimestamp, arrivalNs, offset, length, flags));
    }

    public void Add(SenderReportRecord report)
    {
        // Before the first packet there is no timestamp to unwrap against.
        if (_lastTimestamp < 0)
            _early.Add(report);
        else
            Reports.Add((report, Unwrap(report.Rtp)));
    }

    /// <summary>Puts packets in sending order, late retransmissions included, and drops doubles.</summary>
    public void Order()
    {
        _packets.Sort(static (a, b) => a.Seq != b.Seq ? a.Seq.CompareTo(b.Seq) : a.ArrivalNs.CompareTo(b.ArrivalNs));
        var kept = 0;
        for (var i = 0; i < _packets.Count; i++)
        {
            if (kept == 0 || _packets[i].Seq != _packets[kept - 1].Seq)
                _packets[kept++] = _packets[i];
        }

        _packets.RemoveRange(kept, _packets.Count - kept);
    }

    private long Unwrap(uint timestamp) =>
        _lastTimestamp < 0 ? timestamp + (1L << 32) : _lastTimestamp + (int)(timestamp - (uint)_lastTimestamp);
}
