using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Rtp;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Publications;
using AfterSales.Video.Sfu.Subscriptions;
using AfterSales.Video.Sfu.Telemetry;

namespace AfterSales.Video.Sfu.Forwarding;

/// <summary>
/// One slot of a subscriber: the outgoing stream whose SSRC never changes, and the publication that plays in it. Rewrites what
/// the source sends, repeats what the subscriber lost, and reports as sender.
/// </summary>
internal sealed class DownTrack
{
    /// <summary>What a packet weighs on the wire beside its payload: RTP header with extensions, SRTP tag, UDP and IPv4.</summary>
    public const int OverheadBytes = 28 + 16 + 28;

    private const byte Unmapped = 0xFF;
    private const int SentReports = 8;
    private const long NewNs = 5_000_000_000;

    private readonly Downlink _downlink;
    private readonly SfuCounters _counters;
    private readonly RetransmissionHistory _history = new();
    private readonly byte[] _payloadTypes = new byte[128];
    private readonly byte[] _rtxPayloadTypes = new byte[128];
    private readonly bool[] _repeatsPlainly = new bool[128];
    private readonly (uint Middle, long SentNs)[] _sentReports = new (uint, long)[SentReports];
    private readonly byte[] _mid;
    private RtpRewriter _rewriter;
    private UplinkTrack? _previousTrack;
    private UplinkTrack? _track;
    private ushort _rtxSequence;
    private uint _packetCount;
    private uint _octetCount;
    private int _reportCount;
    private bool _needsStart = true;
    private bool _holdsStart;
    private long _firstPlayedNs;
    private bool _hasTransportCc;
    private byte _paddingPayloadType = Unmapped;

    public DownTrack(Downlink downlink, NegotiatedMedia section, SfuCounters counters)
    {
        _downlink = downlink;
        _counters = counters;
        _mid = System.Text.Encoding.ASCII.GetBytes(section.Mid);
        Section = section;
        // Starting low leaves room before the first wrap: a receiver that loses the first packets still guesses the rollover right (RFC 3711 §3.3.1).
        _rewriter = new RtpRewriter(0x10000L + (section.LocalSsrc & 0x3FFF) + 1, section.Kind == MediaKind.Video ? 90_000 : 48_000);
        _rtxSequence = (ushort)(section.LocalSsrc & 0x3FFF);
    }

    public NegotiatedMedia Section { get; private set; }
    public uint Ssrc => Section.LocalSsrc;
    public Publication? Publication { get; private set; }
    public double LastReportedLoss { get; private set; }

    /// <summary>Interarrival jitter at the receiver (RFC 3550 §6.4.1).</summary>
    public double LastReportedJitterMs { get; private set; }
    public bool IsVideo => Section.Kind == MediaKind.Video;

    /// <summary>What the subscriber's link leaves for this picture.</summary>
    public long VideoShareBps => _downlink.VideoShareBps;

    /// <summary>The link is too thin for this picture.</summary>
    private bool IsWithheld => IsVideo && !_downlink.CarriesVideo;

    /// <summary>The stream started and plays; a report for it makes sense.</summary>
    public bool IsPlaying => _track is not null && !_needsStart;

    public void UpdateSection(NegotiatedMedia section)
    {
        Section = section;
        MapPayloadTypes();
    }

    /// <summary>Places a publication here, or nothing.</summary>
    public void Assign(Publication? publication)
    {
        if (Publication == publication)
            return;
        Publication?.Subscribers.Remove(this);
        Publication = publication;
        publication?.Subscribers.Add(this);
        Restart();
        MapPayloadTypes();
    }

    /// <summary>The subscriber needs a new start: it has just connected, or something else played here.</summary>
    public void Restart()
    {
        BeginAnew();
        _downlink.Pacer.Drop(this);
        if (!IsWithheld && IsVideo)
            Publication?.Current?.WantKeyFrame();
    }

    /// <summary>Nothing more is sent before the next key frame.</summary>
    public void BeginAnew()
    {
        _needsStart = true;
        _holdsStart = false;
    }

    /// <summary>The codecs of the publication or of this section changed.</summary>
    public void MapPayloadTypes()
    {
        Array.Fill(_payloadTypes, Unmapped);
        Array.Fill(_rtxPayloadTypes, Unmapped);
        Array.Clear(_repeatsPlainly);
        _paddingPayloadType = Unmapped;
        if (Publication is null)
            return;
        foreach (var sent in Publication.Section.Codecs)
        {
            if (CodecMatch.Find(sent, Section.Codecs) is not { } received)
                continue;
            var index = sent.PayloadType & 0x7F;
            _payloadTypes[index] = received.PayloadType;
            _hasTransportCc = received.TransportCc;
            if (!received.Nack)
                continue;
            if (received.RtxPayloadType is { } rtx && Section.LocalRtxSsrc != 0)
                _paddingPayloadType = _rtxPayloadTypes[index] = rtx;
            else
                _repeatsPlainly[index] = true;
        }
    }

    public void Forward(UplinkTrack track, in InboundPacket packet, long nowNs)
    {
        if (!_downlink.IsConnected || IsWithheld)
            return;
        if (IsVideo && _downlink.Pacer.Holds(nowNs))
            Hold(track, packet, nowNs);
        else
            Pass(track, packet, packet.StartsStream, nowNs);
    }

    /// <summary>The pacer has room for what waited.</summary>
    public void SendHeld(UplinkTrack track, long sequence, bool startsStream, long nowNs)
    {
        if (track.Store.TryGet(sequence, nowNs, out var packet, out _))
            Pass(track, packet, startsStream, nowNs);
        else
            Restart();
    }

    private void Hold(UplinkTrack track, in InboundPacket packet, long nowNs)
    {
        var canPlay = packet.StartsStream ? track == _track || track == Publication?.Current : _holdsStart || !_needsStart;
        if (!canPlay)
            return;
        if (!_downlink.Pacer.TryAdd(this, track, packet, nowNs))
        {
            Restart();
            return;
        }
        _holdsStart |= packet.StartsStream;
        _downlink.Pacer.Flush(nowNs);
    }

    private void Pass(UplinkTrack track, in InboundPacket packet, bool startsStream, long nowNs)
    {
        if ((track != _track || _needsStart) && !TryStart(track, packet, startsStream, nowNs))
            return;
        if (!_rewriter.TryMap(track.TrackId, packet.Sequence, packet.Timestamp, nowNs, out var outgoing, out var timestamp))
            return;
        var payloadType = _payloadTypes[packet.PayloadType];
        if (payloadType == Unmapped)
        {
            _counters.Drop(SfuDrop.CodecMismatch);
            return;
        }
        if (!Send(packet, payloadType, Ssrc, (ushort)outgoing, timestamp, !_repeatsPlainly[packet.PayloadType], packet.Payload, nowNs))
            return;
        _packetCount++;
        _octetCount += (uint)packet.Payload.Length;
        _counters.Forwarded++;
        _counters.ForwardedBytes += packet.Payload.Length;
    }

    /// <summary>Repeats what the subscriber lost, within its limits.</summary>
    public void OnNack(ushort wireSequence, long nowNs)
    {
        _counters.NacksReceived++;
        if (!_rewriter.TryReverse(wireSequence, out var outgoing, out var sourceId, out var sequence, out var timestampShift)
            || FindTrack(sourceId) is not { } track
            || !track.Store.TryGet(sequence, nowNs, out var packet, out var withHeadroom)
            || (_rtxPayloadTypes[packet.PayloadType] == Unmapped && !_repeatsPlainly[packet.PayloadType])
            || !_history.TryRepeat(outgoing, nowNs, _downlink.RoundTripNs)
            || !_downlink.TryTakeRetransmission(packet.Payload.Length, nowNs))
        {
            _counters.Drop(SfuDrop.RetransmissionRefused);
            return;
        }
        if (Repeat(packet, (ushort)outgoing, packet.Timestamp + timestampShift, withHeadroom, nowNs))
            _counters.Retransmitted++;
    }

    public void OnKeyFrameRequest()
    {
        if (!IsWithheld)
            (_track ?? Publication?.Current)?.WantKeyFrame();
    }

    public void OnReportBlock(in ReportBlock block, long nowNs)
    {
        LastReportedLoss = block.FractionLost / 256.0;
        LastReportedJitterMs = block.Jitter * 1000.0 / (IsVideo ? 90_000 : 48_000);
        if (block.LastSenderReport == 0)
            return;
        foreach (var (middle, sentNs) in _sentReports)
        {
            if (middle != block.LastSenderReport || sentNs == 0)
                continue;
            _downlink.OnRoundTrip(nowNs - sentNs - (long)(block.DelaySinceLastSenderReport / 65536.0 * 1e9));
            return;
        }
    }

    /// <summary>Appends a sender report with the canonical name of who plays; nothing before the source's own first report.</summary>
    public bool TryWriteReport(ref RtcpWriter writer, long nowNs)
    {
        if (!IsPlaying || !_track!.TryGetTime(nowNs, _track.Publication.Owner.Clock, out var rtp, out var ntp))
            return false;
        if (!writer.TryWriteSenderReport(new SenderReport(Ssrc, ntp, rtp + _rewriter.TimestampShift, _packetCount, _octetCount), []))
            return false;
        _sentReports[_reportCount++ % SentReports] = ((uint)(ntp >> 16), nowNs);
        return writer.TryWriteCname(Ssrc, _track.Publication.Owner.CanonicalName);
    }

    /// <summary>The track ended: its packets are gone.</summary>
    public void Forget(UplinkTrack track)
    {
        if (_track == track)
        {
            _track = null;
            _needsStart = true;
            _rewriter.Stop();
        }
        if (_previousTrack == track)
            _previousTrack = null;
        _downlink.Pacer.Forget(track);
    }

    /// <summary>Its source is still finding its rate.</summary>
    public bool IsNew(long nowNs) => nowNs - _firstPlayedNs < NewNs;

    /// <summary>Receivers take padding on the retransmission stream of a picture they know.</summary>
    public bool CanPad => IsVideo && _firstPlayedNs != 0 && Section.LocalRtxSsrc != 0 && _hasTransportCc && _paddingPayloadType != Unmapped;

    /// <param name="bytes">1 to 255; the last byte says how many (RFC 3550 §5.1).</param>
    public bool SendPadding(int bytes, long nowNs)
    {
        var packet = new InboundPacket
        {
            Sequence = 0,
            Timestamp = 0,
            PayloadType = 0,
            Marker = false,
            StartsStream = false,
            AudioLevel = InboundPacket.NoAudioLevel,
            Payload = default,
        };
        Span<byte> padding = stackalloc byte[bytes];
        padding.Clear();
        padding[^1] = (byte)bytes;
        return Send(packet, _paddingPayloadType, Section.LocalRtxSsrc, ++_rtxSequence, 0, true, padding, nowNs, isPadding: true);
    }

    private bool TryStart(UplinkTrack track, in InboundPacket packet, bool startsStream, long nowNs)
    {
        if (track != Publication?.Current || !startsStream)
        {
            // The old layer plays on until the new one can be decoded.
            return track == _track && !_needsStart;
        }
        _rewriter.Switch(track.TrackId, packet.Sequence, packet.Timestamp, nowNs);
        if (_track != track)
            _previousTrack = _track;
        _track = track;
        _needsStart = _holdsStart = false;
        if (_firstPlayedNs == 0)
            _firstPlayedNs = nowNs;
        return true;
    }

    private UplinkTrack? FindTrack(int sourceId) =>
        _track?.TrackId == sourceId ? _track : _previousTrack?.TrackId == sourceId ? _previousTrack : null;

    private bool Repeat(in InboundPacket packet, ushort outgoing, uint timestamp, Span<byte> withHeadroom, long nowNs)
    {
        var rtxPayloadType = _rtxPayloadTypes[packet.PayloadType];
        if (rtxPayloadType == Unmapped)
            return Send(packet, _payloadTypes[packet.PayloadType], Ssrc, outgoing, timestamp, false, packet.Payload, nowNs);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(withHeadroom, outgoing);
        return Send(packet, rtxPayloadType, Section.LocalRtxSsrc, ++_rtxSequence, timestamp, true, withHeadroom, nowNs);
    }

    /// <param name="mayVary">
    /// Without RTX a repeat reuses the SRTP packet index, and two different packets under one GCM nonce betray the key: then the
    /// header holds nothing that changes with time, so that a repeat is the same packet bit by bit.
    /// </param>
    private bool Send(
        in InboundPacket packet, byte payloadType, uint ssrc, ushort sequence, uint timestamp, bool mayVary, ReadOnlySpan<byte> payload, long nowNs, bool isPadding = false)
    {
        Span<byte> header = stackalloc byte[RtpHeaderWriter.MaxLength];
        var writer = new RtpHeaderWriter(header, payloadType, packet.Marker, sequence, timestamp, ssrc);
        var ids = Section.Extensions;
        writer.AddExtension(ids.Mid, _mid);
        if (packet.AudioLevel != InboundPacket.NoAudioLevel)
            writer.AddExtension(ids.AudioLevel, [packet.AudioLevel]);
        if (mayVary)
        {
            writer.AddExtension24(ids.AbsSendTime, AbsoluteSendTime(nowNs));
            if (_hasTransportCc)
                writer.AddExtension(ids.TransportWideCc, _downlink.NextTransportSequence(payload.Length + OverheadBytes, nowNs));
        }
        if (isPadding)
            header[0] |= 0x20;
        if (_downlink.Send(header[..writer.Finish()], payload))
            return true;
        _counters.Drop(SfuDrop.SendRefused);
        return false;
    }

    /// <summary>Seconds in 6.18 fixed point (abs-send-time extension).</summary>
    private static uint AbsoluteSendTime(long nowNs) => (uint)(nowNs % 64_000_000_000 * (1 << 18) / 1_000_000_000);
}
