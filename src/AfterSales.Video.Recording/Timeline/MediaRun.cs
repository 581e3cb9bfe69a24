using AfterSales.Video.Recording.Depacketizing;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Recording.Timeline;

/// <summary>
/// The packets of one track in one codec from one SSRC: one sequence number space, one RTP clock. Holds what timing needs of them, a few numbers
/// for each 20 s, not the packets.
/// </summary>
internal sealed class MediaRun(TapTrack track, uint ssrc, long startedNs)
{
    private readonly List<SenderReportRecord> _early = [];
    private RtpUnwrapper _unwrapper;

    public TapTrack Track => track;
    public uint Ssrc => ssrc;
    public long StartedNs => startedNs;
    public IPayloadFormat? Format { get; } = PayloadFormats.Find(track.Codec.Name);
    public double RateHz => track.Codec.ClockRateHz > 0 ? track.Codec.ClockRateHz : 90_000;

    /// <summary>Sender reports with their RTP timestamps unwrapped.</summary>
    public List<(SenderReportRecord Report, long Timestamp)> Reports { get; } = [];

    /// <summary>RTP seconds and arrival seconds of the packets that travelled fastest.</summary>
    public LowestDelays Arrivals { get; } = new();
    public long Packets { get; private set; }
    public int Recovered { get; private set; }
    public long LastArrivalNs { get; private set; }
    public bool EverParameters { get; private set; }

    /// <summary>The first frame that can be kept; null when there is none.</summary>
    public long? FirstTimestamp { get; private set; }

    /// <summary>When that frame was whole, about.</summary>
    public long FirstWholeNs { get; private set; }

    /// <summary>By the first key frame that says it; null for sound and when none did.</summary>
    public VideoDescription? Description { get; private set; }

    /// <returns>Unwrapped sequence number and timestamp.</returns>
    public (long Seq, long Timestamp) Add(ushort seq, uint timestamp, long arrivalNs, PayloadMarks flags)
    {
        var unwrapped = _unwrapper.Next(seq, timestamp);
        foreach (var report in _early)
            Add(report);
        _early.Clear();
        Packets++;
        LastArrivalNs = Math.Max(LastArrivalNs, arrivalNs);
        EverParameters |= flags.HasFlag(PayloadMarks.Parameters);
        // A retransmission's arrival says nothing about the clock.
        if (flags.HasFlag(PayloadMarks.Recovered))
            Recovered++;
        else
            Arrivals.Add(unwrapped.Timestamp / RateHz, arrivalNs / 1e9);
        return unwrapped;
    }

    public void Begin(long timestamp, VideoDescription? description) => (FirstTimestamp, FirstWholeNs, Description) = (timestamp, LastArrivalNs, description);

    public void Add(SenderReportRecord report)
    {
        // Before the first packet there is no timestamp to unwrap against.
        if (!_unwrapper.IsStarted)
            _early.Add(report);
        else
            Reports.Add((report, _unwrapper.Near(report.Rtp)));
    }
}

/// <summary>Widens sequence numbers and timestamps so that they only grow in the long run. The same packets in the same order give the same numbers.</summary>
internal struct RtpUnwrapper
{
    private long _highestSeq;
    private long _lastTimestamp;

    public bool IsStarted { get; private set; }

    public (long Seq, long Timestamp) Next(ushort seq, uint timestamp)
    {
        var wide = IsStarted ? _highestSeq + (short)(seq - (ushort)_highestSeq) : seq + 65536L;
        _highestSeq = IsStarted ? Math.Max(_highestSeq, wide) : wide;
        _lastTimestamp = IsStarted ? Near(timestamp) : timestamp + (1L << 32);
        IsStarted = true;
        return (wide, _lastTimestamp);
    }

    public readonly long Near(uint timestamp) => _lastTimestamp + (int)(timestamp - (uint)_lastTimestamp);
}
