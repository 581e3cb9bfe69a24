using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Rtp;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Forwarding;
using AfterSales.Video.Sfu.Rooms;
using AfterSales.Video.Sfu.Taps;
using AfterSales.Video.Sfu.Telemetry;

namespace AfterSales.Video.Sfu.Publications;

/// <summary>One incoming RTP stream (one SSRC) of a publication, from its first packet to its end.</summary>
internal sealed class UplinkTrack : IDisposable
{
    private readonly Room _room;
    private readonly ReceiveWindow _window = new();
    private readonly ReceiveStatistics _statistics;
    private readonly NackGenerator? _nacks;
    private readonly KeyFrameRequestSchedule _keyFrames = new();
    private SequenceUnwrapper _sequence;
    private VideoCodec _videoCodec;
    private bool _hasParameterSets;
    private SenderReport _senderReport;
    private long _senderReportNs;
    private long _bytesThisSecond;
    private double _loudness;
    private long _withheldUpTo = long.MinValue;
    private byte _firSequence;
    private long _lastPacketNs;
    private long _lastKeyFrameNs;

    public UplinkTrack(Room room, Publication publication, uint ssrc, ushort trackId, NegotiatedCodec codec)
    {
        _room = room;
        Publication = publication;
        Ssrc = ssrc;
        TrackId = trackId;
        Codec = codec;
        _videoCodec = VideoPayload.CodecOf(codec.Name);
        _statistics = new ReceiveStatistics(codec.ClockRateHz);
        Store = publication.Kind == MediaKind.Video ? PacketStore.ForVideo() : PacketStore.ForAudio();
        if (codec.Nack)
            _nacks = new NackGenerator();
    }

    public Publication Publication { get; }
    public uint Ssrc { get; }
    public ushort TrackId { get; }
    public NegotiatedCodec Codec { get; private set; }
    public PacketStore Store { get; }
    public bool IsVideo => Publication.Kind == MediaKind.Video;
    public double LastFractionLost => _statistics.LastFractionLost;
    public ReceiveStatistics Received => _statistics;
    public long BitrateBps { get; private set; }
    public long Repaired { get; private set; }

    /// <summary>0 silent to 127.</summary>
    public int Loudness => (int)_loudness;
    public bool HasSenderReport => _senderReportNs != 0;

    /// <summary>Takes an original or restored packet: numbers it, keeps it, shows it to the taps and forwards it.</summary>
    public void OnPacket(in RtpPacketView packet, NegotiatedCodec codec, byte audioLevelId, long arrivalNs, bool recovered)
    {
        var sequence = _sequence.Peek(packet.SequenceNumber);
        if (!_window.TryAccept(sequence))
        {
            _room.Counters.Drop(SfuDrop.Duplicate);
            return;
        }
        _sequence.Unwrap(packet.SequenceNumber);
        Count(packet, arrivalNs, recovered);
        _nacks?.OnPacket(sequence, arrivalNs);
        if (IsWithheld(sequence))
            return;
        if (codec != Codec)
            ChangeCodec(codec, arrivalNs);
        var inbound = new InboundPacket
        {
            Sequence = sequence,
            Timestamp = packet.Timestamp,
            PayloadType = packet.PayloadType,
            Marker = packet.Marker,
            StartsStream = !IsVideo || StartsKeyFrame(packet.Payload),
            AudioLevel = ReadAudioLevel(packet, audioLevelId),
            Payload = packet.Payload,
        };
        _lastPacketNs = arrivalNs;
        if (inbound.StartsStream || _lastKeyFrameNs == 0)
            _lastKeyFrameNs = arrivalNs;
        Store.Add(inbound, arrivalNs);
        _room.Taps.Rtp(TrackId, arrivalNs, recovered, packet.Packet);
        var subscribers = Publication.Subscribers;
        for (var i = 0; i < subscribers.Count; i++)
            subscribers[i].Forward(this, inbound, arrivalNs);
    }

    public void OnSenderReport(in SenderReport report, long arrivalNs)
    {
        _senderReport = report;
        _senderReportNs = arrivalNs;
        _statistics.OnSenderReport(report.NtpTimestamp, arrivalNs);
        _room.Taps.SenderReport(TrackId, arrivalNs, report);
    }

    /// <summary>RTP time and server NTP time now, continued from the source's last report. False before the first.</summary>
    public bool TryGetTime(long nowNs, SenderClock clock, out uint rtpTimestamp, out ulong ntpTimestamp)
    {
        rtpTimestamp = 0;
        ntpTimestamp = 0;
        if (_senderReportNs == 0)
            return false;
        var since = nowNs - _senderReportNs;
        rtpTimestamp = _senderReport.RtpTimestamp + (uint)(long)(since / 1e9 * Codec.ClockRateHz);
        ntpTimestamp = SenderClock.NsToNtp(clock.ToServerNs(_senderReport.NtpTimestamp) + since);
        return true;
    }

    public ReportBlock Report(long nowNs) => _statistics.Report(Ssrc, nowNs);

    public void WantKeyFrame()
    {
        if (IsVideo)
            _keyFrames.Want();
    }

    /// <summary>False while neither a repeat nor a key frame is wanted, however soon.</summary>
    public bool Asks(long nowNs) => _nacks is { IsIdle: false } || _keyFrames.IsWanted || LacksKeyFrame(nowNs);

    public byte NextFirSequence() => _firSequence++;

    public bool TakeKeyFrameRequest(long nowNs, long roundTripNs)
    {
        if (Publication.Muted)
            return false;
        if (LacksKeyFrame(nowNs))
            WantKeyFrame();
        return _keyFrames.TakeDue(nowNs, roundTripNs);
    }

    public int TakeNacks(long nowNs, long roundTripNs, Span<ushort> destination)
    {
        if (_nacks is null)
            return 0;
        _nacks.MaxTries = _room.Taps.Any ? NackGenerator.TriesForTaps : NackGenerator.TriesForViewers;
        var due = _nacks.TakeDue(nowNs, roundTripNs, destination);
        if (_nacks.GaveUp)
        {
            _nacks.GaveUp = false;
            WantKeyFrame();
        }
        return due;
    }

    /// <summary>Tells a tap that came later what it missed.</summary>
    public void Introduce(IPacketTap tap, long nowNs)
    {
        tap.OnTrackStarted(Describe(), nowNs);
        if (HasSenderReport)
            tap.OnSenderReport(TrackId, _senderReportNs, _senderReport.NtpTimestamp, _senderReport.RtpTimestamp, _senderReport.PacketCount, _senderReport.OctetCount);
        WantKeyFrame();
    }

    public TapTrack Describe() => new(
        TrackId, Publication.Owner.ParticipantId, Publication.Owner.Role, Publication.Source, Publication.Kind, Codec, Ssrc);

    public void OnSecond()
    {
        BitrateBps = _bytesThisSecond * 8;
        _bytesThisSecond = 0;
        // Silence is not sent with DTX: without packets a voice fades.
        if (BitrateBps == 0)
            _loudness = 0;
    }

    public void Dispose() => Store.Dispose();

    /// <summary>
    /// The participant says this source is off: whatever its page still sends, and repeats of it that come after the unmuting, reach
    /// nobody. Counted and acknowledged all the same, or the sender would take them for lost.
    /// </summary>
    private bool IsWithheld(long sequence)
    {
        if (!Publication.Muted)
            return sequence <= _withheldUpTo;
        _withheldUpTo = Math.Max(_withheldUpTo, sequence);
        _loudness = 0;
        return true;
    }

    /// <summary>A tap wants to be able to begin more often than this source lets it. A source that is silent is left alone.</summary>
    private bool LacksKeyFrame(long nowNs) =>
        IsVideo && _room.Taps.KeyFrameIntervalNs is > 0 and var interval && nowNs - _lastKeyFrameNs >= interval && nowNs - _lastPacketNs < 1_000_000_000;

    private void Count(in RtpPacketView packet, long arrivalNs, bool recovered)
    {
        _room.Counters.Received++;
        _bytesThisSecond += packet.Packet.Length;
        if (recovered)
        {
            Repaired++;
            _room.Counters.Repaired++;
            return;
        }
        _statistics.OnPacket(packet.SequenceNumber, packet.Timestamp, arrivalNs);
    }

    private void ChangeCodec(NegotiatedCodec codec, long arrivalNs)
    {
        Codec = codec;
        _videoCodec = VideoPayload.CodecOf(codec.Name);
        _hasParameterSets = false;
        _room.Taps.TrackStarted(Describe(), arrivalNs);
        _room.OnCodecChanged(Publication);
    }

    private bool StartsKeyFrame(ReadOnlySpan<byte> payload)
    {
        var start = VideoPayload.Inspect(_videoCodec, payload);
        var isKeyFrame = (start & VideoPayloadStart.KeyFrame) == VideoPayloadStart.KeyFrame;
        _hasParameterSets |= isKeyFrame;
        // An H.264 sender that never sends parameter sets in band can only be started at the IDR itself.
        isKeyFrame |= !_hasParameterSets && (start & VideoPayloadStart.IdrSlice) == VideoPayloadStart.IdrSlice;
        if (isKeyFrame)
            _keyFrames.OnKeyFrame();
        return isKeyFrame;
    }

    private byte ReadAudioLevel(in RtpPacketView packet, byte extensionId)
    {
        if (IsVideo || !packet.Extensions.TryGet(extensionId, out var value) || value.Length == 0)
            return InboundPacket.NoAudioLevel;
        // 0 is the loudest on the wire, 127 silence; about half a second of memory at 20 ms frames.
        var level = 127 - (value[0] & 0x7F);
        _loudness += (level - _loudness) / 16;
        return value[0];
    }
}
