using AfterSales.Video.Rtc.Rtcp;

namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>Remembers what was sent under each transport-wide sequence number until the receiver tells its fate.</summary>
internal sealed class SentPackets
{
    /// <summary>More than a second of a full room's downlink.</summary>
    private const int Size = 2048;

    private readonly Entry[] _entries = new Entry[Size];
    private long _next = 1;

    /// <summary>Gives out the next transport-wide sequence number.</summary>
    public ushort Register(int bytes, long nowNs)
    {
        _entries[_next % Size] = new Entry { Sequence = _next, SentNs = nowNs, Bytes = bytes };
        return (ushort)_next++;
    }

    /// <summary>Tells the estimator about every packet of a feedback whose fate was not known yet.</summary>
    public void OnFeedback(TransportFeedbackReader feedback, IDownlinkEstimator estimator, long nowNs)
    {
        while (feedback.MoveNext())
        {
            var sequence = _next + (short)(feedback.Sequence - (ushort)_next);
            if (sequence <= 0)
                continue;
            ref var entry = ref _entries[sequence % Size];
            // A packet reported missing may be reported received later; that it was late is not loss, but it was counted.
            if (entry.Sequence != sequence || entry.IsSettled)
                continue;
            entry.IsSettled = true;
            estimator.OnPacketResult(entry.SentNs, feedback.ArrivalNs, entry.Bytes, feedback.Received);
        }
        estimator.OnFeedbackEnd(nowNs);
    }

    private struct Entry
    {
        public long Sequence;
        public long SentNs;
        public int Bytes;
        public bool IsSettled;
    }
}
