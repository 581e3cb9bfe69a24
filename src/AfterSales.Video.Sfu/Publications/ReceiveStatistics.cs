using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Rtp;

namespace AfterSales.Video.Sfu.Publications;

/// <summary>Loss and jitter of one incoming source as receiver reports state them (RFC 3550 A.3, A.8). Retransmissions do not count as received.</summary>
internal sealed class ReceiveStatistics(int clockRateHz)
{
    private SequenceUnwrapper _sequence;
    private long _first;
    private long _received;
    private long _expectedBefore;
    private long _receivedBefore;
    private long _lastTransit;
    private bool _hasTransit;
    private double _jitter;
    private uint _lastSenderReport;
    private long _lastSenderReportNs;

    /// <summary>Share of packets lost before repair between the last two reports, 0..1.</summary>
    public double LastFractionLost { get; private set; }

    /// <summary>The same in packets, and those that came.</summary>
    public int LastLost { get; private set; }
    public int LastReceived { get; private set; }

    /// <summary>Interarrival jitter now (RFC 3550 §6.4.1).</summary>
    public double JitterMs => _jitter * 1000 / clockRateHz;

    public void OnPacket(ushort sequence, uint timestamp, long arrivalNs)
    {
        var extended = _sequence.Unwrap(sequence);
        if (_first == 0)
            _first = extended;
        _received++;
        var transit = (long)(arrivalNs / 1e9 * clockRateHz) - timestamp;
        if (_hasTransit)
        {
            // Serial difference of 32 bits: timestamps wrap.
            var difference = Math.Abs((long)(int)(uint)(transit - _lastTransit));
            _jitter += (difference - _jitter) / 16;
        }
        _hasTransit = true;
        _lastTransit = transit;
    }

    public void OnSenderReport(ulong ntpTimestamp, long arrivalNs)
    {
        _lastSenderReport = (uint)(ntpTimestamp >> 16);
        _lastSenderReportNs = arrivalNs;
    }

    /// <summary>A block for the time since the previous call.</summary>
    public ReportBlock Report(uint ssrc, long nowNs)
    {
        var expected = _sequence.Highest - _first + 1;
        var expectedNow = expected - _expectedBefore;
        var receivedNow = _received - _receivedBefore;
        _expectedBefore = expected;
        _receivedBefore = _received;
        var lostNow = Math.Max(0, expectedNow - receivedNow);
        (LastLost, LastReceived) = ((int)lostNow, (int)receivedNow);
        LastFractionLost = expectedNow <= 0 ? 0 : (double)lostNow / expectedNow;
        var delay = _lastSenderReport == 0 ? 0 : (uint)Math.Min(uint.MaxValue, (nowNs - _lastSenderReportNs) / 1e9 * 65536);
        return new ReportBlock(
            ssrc,
            (byte)Math.Min(255, LastFractionLost * 256),
            (int)Math.Clamp(expected - _received, -0x80_0000, 0x7F_FFFF),
            // Starts at 0x10000 in the unwrapper; cycles start at 0 on the wire.
            (uint)(_sequence.Highest - 0x10000),
            (uint)_jitter,
            _lastSenderReport,
            delay);
    }
}
