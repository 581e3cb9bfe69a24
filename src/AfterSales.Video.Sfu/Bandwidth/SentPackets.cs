using AfterSales.Video.Rtc.Rtcp;

namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>Remembers what was sent under each transport-wide sequence number until the receiver tells its fate.</summary>
internal sealed class SentPackets
{
    /// <summary>More than a second of a full room's downlink.</summary>
    private const int Size = 2048;

    private readonly Entry[] _entries = new Entry[Size];
    private long _next = 1;
    private long _untold = 1;

    /// <summary>Gives out the next transport-wide sequence number.</summary>
    public ushort Register(int bytes, int probe, long nowNs)
    {
        _entries[_next % Size] = new Entry { Sequence = _next, SentNs = nowNs, Bytes = bytes, Probe = probe };
        return (ushort)_next++;
    }

    /// <summary>Tells the estimator about every packet of a feedback whose fate was not known yet, and before it of those that no feedback spoke of.</summary>
    public void OnFeedback(TransportFeedbackReader feedback, IDownlinkEstimator estimator, long nowNs, long roundTripNs)
    {
        PassOver(Extend(feedback.BaseSequence), estimator);
        while (feedback.MoveNext())
        {
            var sequence = Extend(feedback.Sequence);
            // A packet reported missing may be reported received later; that it was late is not loss, but it was counted.
            Settle(sequence, feedback.ArrivalNs, feedback.Received ? PacketFate.Received : PacketFate.Lost, estimator);
            _untold = Math.Clamp(sequence + 1, _untold, _next);
        }
        estimator.OnFeedbackEnd(nowNs, roundTripNs);
    }

    private long Extend(ushort sequence) => _next + (short)(sequence - (ushort)_next);

    private void PassOver(long upTo, IDownlinkEstimator estimator)
    {
        upTo = Math.Min(upTo, _next);
        for (_untold = Math.Max(_untold, upTo - Size); _untold < upTo; _untold++)
            Settle(_untold, 0, PacketFate.Unknown, estimator);
    }

    private void Settle(long sequence, long arrivalNs, PacketFate fate, IDownlinkEstimator estimator)
    {
        if (sequence <= 0)
            return;
        ref var entry = ref _entries[sequence % Size];
        if (entry.Sequence != sequence || entry.IsSettled)
            return;
        entry.IsSettled = true;
        estimator.OnPacketResult(new PacketResult(entry.SentNs, arrivalNs, entry.Bytes, fate, entry.Probe));
    }

    private struct Entry
    {
        public long Sequence;
        public long SentNs;
        public int Bytes;
        public int Probe;
        public bool IsSettled;
    }
}
