using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Rtp;

namespace AfterSales.Video.Sfu.Bandwidth;

/// <summary>
/// Collects arrivals under transport-wide sequence numbers and writes them as feedback: every 100 ms, or 50 ms after the last when
/// a frame has just ended, so the sender learns about whole frames.
/// </summary>
internal sealed class ArrivalLog
{
    private const int Size = 1024;
    private const long PeriodNs = 100_000_000;
    private const long FrameEndNs = 50_000_000;

    private readonly long[] _arrivals = new long[Size];
    private SequenceUnwrapper _sequence;
    private long _base;
    private long _lastSentNs;
    private byte _feedbackCount;
    private bool _frameEnded;

    public ArrivalLog() => Array.Fill(_arrivals, TransportFeedbackWriter.NotReceived);

    public void OnPacket(ushort transportSequence, bool marker, long arrivalNs)
    {
        var highest = _sequence.Highest;
        var sequence = _sequence.Unwrap(transportSequence);
        if (highest == 0 || sequence - highest >= Size)
            Restart(sequence);
        else if (highest - sequence >= Size)
            return;
        for (var missing = highest + 1; highest != 0 && missing < sequence; missing++)
            _arrivals[missing % Size] = TransportFeedbackWriter.NotReceived;
        _arrivals[sequence % Size] = arrivalNs;
        // A late packet is reported again with what followed it.
        _base = Math.Min(_base, sequence);
        _frameEnded |= marker;
    }

    public bool IsDue(long nowNs) =>
        _sequence.Highest >= _base && _base != 0 && nowNs - _lastSentNs >= (_frameEnded ? FrameEndNs : PeriodNs);

    /// <summary>Writes one feedback; call again while it returns true and <see cref="HasMore"/>.</summary>
    public bool TryWrite(ref RtcpWriter writer, uint senderSsrc, uint mediaSsrc, long nowNs)
    {
        Span<long> arrivals = stackalloc long[TransportFeedbackWriter.MaxStatuses];
        SkipForgotten();
        var count = (int)Math.Min(arrivals.Length, _sequence.Highest - _base + 1);
        for (var i = 0; i < count; i++)
            arrivals[i] = _arrivals[(_base + i) % Size];
        var covered = TransportFeedbackWriter.TryWrite(ref writer, senderSsrc, mediaSsrc, (ushort)_base, _feedbackCount, arrivals[..count]);
        _lastSentNs = nowNs;
        _frameEnded = false;
        if (covered == 0)
        {
            // Only gaps, or no room: what is missing now is told with what comes next.
            return false;
        }
        _feedbackCount++;
        _base += covered;
        return true;
    }

    public bool HasMore => _base != 0 && _base <= _sequence.Highest;

    private void SkipForgotten() => _base = Math.Max(_base, _sequence.Highest - Size + 1);

    private void Restart(long sequence)
    {
        Array.Fill(_arrivals, TransportFeedbackWriter.NotReceived);
        _base = sequence;
    }
}
