using System.Diagnostics.Metrics;

namespace AfterSales.Video.Sfu.Telemetry;

/// <summary>Why a packet or a wish was not served. Becomes a metric tag: the list is the bound.</summary>
public enum SfuDrop
{
    Malformed,

    /// <summary>SSRC bound to nothing: not announced, no MID, ambiguous payload type, or one source too many.</summary>
    UnknownSource,

    /// <summary>SSRC of another participant.</summary>
    ForeignSource,
    UnknownPayloadType,

    /// <summary>Seen before, or older than the window.</summary>
    Duplicate,

    /// <summary>The subscriber cannot decode this codec.</summary>
    CodecMismatch,

    /// <summary>The transport would not take it.</summary>
    SendRefused,

    /// <summary>A picture the link had no room for.</summary>
    Congestion,

    /// <summary>A retransmission too early, too often, too old or over the budget.</summary>
    RetransmissionRefused,

    /// <summary>A NACK or transport feedback beyond what a subscriber may have looked up in a second.</summary>
    FeedbackRefused,
}

/// <summary>
/// Counters of one media loop: plain fields on the packet path, carried to the meter once a second. Single writer.
/// </summary>
public sealed class SfuCounters
{
    private static readonly Meter Meter = new("AfterSales.Video.Sfu");
    private static readonly Counter<long> ReceivedCounter = Meter.CreateCounter<long>("aftersales.sfu.packets_received", "{packet}");
    private static readonly Counter<long> ForwardedCounter = Meter.CreateCounter<long>("aftersales.sfu.packets_forwarded", "{packet}");
    private static readonly Counter<long> ForwardedBytesCounter = Meter.CreateCounter<long>("aftersales.sfu.bytes_forwarded", "By");
    private static readonly Counter<long> RetransmittedCounter = Meter.CreateCounter<long>("aftersales.sfu.packets_retransmitted", "{packet}");
    private static readonly Counter<long> RepairedCounter = Meter.CreateCounter<long>("aftersales.sfu.packets_repaired", "{packet}");
    private static readonly Counter<long> NacksSentCounter = Meter.CreateCounter<long>("aftersales.sfu.nacks_sent", "{packet}");
    private static readonly Counter<long> NacksReceivedCounter = Meter.CreateCounter<long>("aftersales.sfu.nacks_received", "{packet}");
    private static readonly Counter<long> KeyFrameRequestsCounter = Meter.CreateCounter<long>("aftersales.sfu.key_frame_requests", "{request}");
    private static readonly Counter<long> DroppedCounter = Meter.CreateCounter<long>("aftersales.sfu.packets_dropped", "{packet}");
    private static readonly UpDownCounter<long> RoomsCounter = Meter.CreateUpDownCounter<long>("aftersales.sfu.rooms", "{room}");
    private static readonly UpDownCounter<long> ParticipantsCounter = Meter.CreateUpDownCounter<long>("aftersales.sfu.participants", "{participant}");

    private static readonly KeyValuePair<string, object?>[] Reasons =
        [.. Enum.GetNames<SfuDrop>().Select(name => new KeyValuePair<string, object?>("reason", name))];

    private readonly long[] _dropped = new long[Reasons.Length];
    private readonly long[] _published = new long[8];
    private readonly long[] _publishedDrops = new long[Reasons.Length];

    public long Received { get; internal set; }
    public long Forwarded { get; internal set; }
    public long ForwardedBytes { get; internal set; }
    public long Retransmitted { get; internal set; }

    /// <summary>Originals restored from retransmissions of a publisher.</summary>
    public long Repaired { get; internal set; }
    public long NacksSent { get; internal set; }
    public long NacksReceived { get; internal set; }
    public long KeyFrameRequests { get; internal set; }

    public long Dropped(SfuDrop reason) => _dropped[(int)reason];

    internal void Drop(SfuDrop reason) => _dropped[(int)reason]++;

    internal static void RoomsChanged(int by) => RoomsCounter.Add(by);

    internal static void ParticipantsChanged(int by) => ParticipantsCounter.Add(by);

    /// <summary>Adds what was counted since the last call to the meter.</summary>
    internal void Publish()
    {
        Add(ReceivedCounter, Received, 0);
        Add(ForwardedCounter, Forwarded, 1);
        Add(ForwardedBytesCounter, ForwardedBytes, 2);
        Add(RetransmittedCounter, Retransmitted, 3);
        Add(RepairedCounter, Repaired, 4);
        Add(NacksSentCounter, NacksSent, 5);
        Add(NacksReceivedCounter, NacksReceived, 6);
        Add(KeyFrameRequestsCounter, KeyFrameRequests, 7);
        for (var i = 0; i < Reasons.Length; i++)
        {
            if (_dropped[i] == _publishedDrops[i])
                continue;
            DroppedCounter.Add(_dropped[i] - _publishedDrops[i], Reasons[i]);
            _publishedDrops[i] = _dropped[i];
        }
    }

    private void Add(Counter<long> counter, long value, int index)
    {
        if (value == _published[index])
            return;
        counter.Add(value - _published[index]);
        _published[index] = value;
    }
}
