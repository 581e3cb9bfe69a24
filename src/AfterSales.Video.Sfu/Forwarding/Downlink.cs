using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Bandwidth;
using AfterSales.Video.Sfu.Rooms;
using AfterSales.Video.Sfu.Telemetry;

namespace AfterSales.Video.Sfu.Forwarding;

/// <summary>Everything that goes to one participant over one peer: its slots, what its link carries, and what it may have repeated.</summary>
internal sealed class Downlink
{
    /// <summary>Share of the estimate that repeats may take. Answering every NACK of a full link makes it fuller still (MEDIA.md: 39,371 packets lost in 14 s).</summary>
    private const double RetransmissionShare = 0.3;

    /// <summary>A source at this part of its share holds back, or soon will: browsers double their rate twice a second at the start.</summary>
    private const double LimitedAbove = 0.5;

    private const long UnknownRoundTripNs = 100_000_000;

    /// <summary>Feedback messages taken from one compound; nobody honest sends more.</summary>
    private const int MaxFeedbacks = 8;

    /// <summary>
    /// Sequence numbers in NACKs and in transport feedback that are looked up in a second: ten times what the widest link of ours has packets. A list of 65,535 fits
    /// in 40 bytes, so without it a subscriber could spend our time a thousand times cheaper than its own.
    /// </summary>
    private const int FeedbackItemsPerSecond = 20_000;

    private readonly List<DownTrack> _tracks = [];
    private readonly SentPackets _sent = new();
    private readonly Room _room;
    private readonly IPeer _peer;
    private readonly ProbeSender _probes;
    private TokenBucket _retransmissions;
    private TokenBucket _feedbackItems;
    private double _roundTripNs;

    public Downlink(Room room, IPeer peer)
    {
        (_room, _peer) = (room, peer);
        // Without its feedback nothing is measured, and nothing can be probed: such a link is trusted until it reports loss.
        var measures = peer.Session?.Media.Any(media => media.Extensions.TransportWideCc != 0) ?? true;
        Estimator = room.Options.CreateEstimator(measures ? room.Options : room.Options with { StartDownlinkBps = room.Options.MaxPublisherBps });
        Pacer = new DownlinkPacer(Estimator, room.Counters);
        _probes = new ProbeSender(this);
    }

    public IReadOnlyList<DownTrack> Tracks => _tracks;
    public IDownlinkEstimator Estimator { get; }
    public DownlinkPacer Pacer { get; }
    public bool IsConnected { get; private set; }

    /// <summary>Smoothed; a default before the first measurement.</summary>
    public long RoundTripNs => _roundTripNs == 0 ? UnknownRoundTripNs : (long)_roundTripNs;
    public double MeasuredRoundTripMs => _roundTripNs / 1e6;

    /// <summary>False while the link is too thin for pictures: then nothing of them is sent, and all is left to sound.</summary>
    public bool CarriesVideo { get; private set; } = true;

    public bool HasPictures => Count(video: true) > 0;

    /// <summary>What the link leaves for pictures, after its voices.</summary>
    public long PicturesBps => AfterVoices(Estimator.EstimateBps);

    /// <summary>
    /// One picture's part of what should be sent now. Boundless while nothing is sent: who sees nothing limits nobody, the recording least of all.
    /// </summary>
    public long VideoShareBps => IsConnected && CarriesVideo ? AfterVoices(Estimator.TargetBps) / Math.Max(1, Count(video: true)) : long.MaxValue;

    /// <summary>What could be used if the link carried it; 0 when no publisher holds back for this link's sake.</summary>
    public long WantedBps
    {
        get
        {
            var pictures = Count(video: true);
            var share = PicturesBps / Math.Max(1, pictures);
            var isLimited = !CarriesVideo && pictures > 0;
            for (var i = 0; i < _tracks.Count; i++)
                isLimited |= _tracks[i].IsVideo && _tracks[i].Publication is { Muted: false, Current: { } source } && (_tracks[i].IsNew(_room.Loop.NowNs) || source.BitrateBps > share * LimitedAbove);
            return isLimited ? (pictures * _room.Options.MaxPublisherBps) + (Count(video: false) * PublisherCap.VoiceBps) : 0;
        }
    }

    /// <summary>Padding needs a retransmission stream, and a receiver that is used to it.</summary>
    public bool CanPad => IsConnected && FindPaddable() is not null;

    public bool SendPadding(int bytes, long nowNs) => FindPaddable() is { } track && track.SendPadding(bytes, nowNs);

    /// <summary>Each 10 ms.</summary>
    public void Tick(long nowNs)
    {
        Pacer.Flush(nowNs);
        _probes.Tick(nowNs);
    }

    public void CarryVideo(bool carries)
    {
        if (CarriesVideo == carries)
            return;
        CarriesVideo = carries;
        foreach (var track in _tracks)
        {
            if (track.IsVideo)
                track.Restart();
        }
    }

    /// <summary>Makes one down track per section we may send in; keeps those that stay.</summary>
    public void Update(NegotiatedSession session)
    {
        for (var i = _tracks.Count - 1; i >= 0; i--)
        {
            if (FindSlot(session, _tracks[i].Section.Mid) is { } section)
            {
                _tracks[i].UpdateSection(section);
                continue;
            }
            _tracks[i].Assign(null);
            _tracks.RemoveAt(i);
        }
        foreach (var section in session.Media)
        {
            if (IsSlot(section) && !_tracks.Exists(track => string.Equals(track.Section.Mid, section.Mid, StringComparison.Ordinal)))
                _tracks.Add(new DownTrack(this, section, _room.Counters));
        }
    }

    public void OnConnected()
    {
        IsConnected = true;
        foreach (var track in _tracks)
            track.Restart();
    }

    public void Close()
    {
        IsConnected = false;
        foreach (var track in _tracks)
            track.Assign(null);
        _tracks.Clear();
    }

    public bool Send(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        var bytes = payload.Length + DownTrack.OverheadBytes;
        Pacer.OnSent(bytes);
        _probes.OnSent(bytes);
        return _peer.SendRtp(header, payload);
    }

    public ushort NextTransportSequence(int bytes, long nowNs) => _sent.Register(bytes, _probes.Probe, nowNs);

    public bool TryTakeRetransmission(int bytes, long nowNs) =>
        _retransmissions.TryTake(bytes, (long)(Estimator.EstimateBps * RetransmissionShare), nowNs);

    public void OnRoundTrip(long roundTripNs)
    {
        if (roundTripNs is < 0 or > 10_000_000_000)
            return;
        // Never exactly 0: that means "not measured".
        _roundTripNs = Math.Max(1000, _roundTripNs == 0 ? roundTripNs : _roundTripNs + ((roundTripNs - _roundTripNs) / 8));
    }

    /// <summary>One packet of a compound; false when it is not about what we send.</summary>
    public void OnRtcp(in RtcpPacketView packet, ref int feedbacks, long nowNs)
    {
        if (packet.Type == RtcpType.TransportFeedback && feedbacks++ < MaxFeedbacks)
        {
            if (NackReader.TryParse(packet, out var nack))
                OnNack(nack, nowNs);
            else if (TransportFeedbackReader.TryParse(packet, out var transport) && TryTakeFeedback(transport.StatusCount, nowNs))
                _sent.OnFeedback(transport, Estimator, nowNs, RoundTripNs);
        }
        else if (packet.Type == RtcpType.PayloadFeedback && feedbacks++ < MaxFeedbacks)
        {
            OnPayloadFeedback(packet, nowNs);
        }
    }

    public void OnReportBlocks(ReportBlockReader blocks, long nowNs)
    {
        foreach (var block in blocks)
        {
            if (Find(block.Ssrc) is not { } track)
                continue;
            track.OnReportBlock(block, nowNs);
            Estimator.OnReportedLoss(track.LastReportedLoss, nowNs);
        }
    }

    public void WriteReports(ref RtcpWriter writer, long nowNs)
    {
        for (var i = 0; i < _tracks.Count; i++)
            _tracks[i].TryWriteReport(ref writer, nowNs);
    }

    /// <summary>Worst loss any slot reported last, 0..1.</summary>
    public double Loss()
    {
        var worst = 0.0;
        foreach (var track in _tracks)
        {
            if (track.IsPlaying)
                worst = Math.Max(worst, track.LastReportedLoss);
        }
        return worst;
    }

    /// <summary>Worst jitter any slot reported last.</summary>
    public double JitterMs()
    {
        var worst = 0.0;
        foreach (var track in _tracks)
        {
            if (track.IsPlaying)
                worst = Math.Max(worst, track.LastReportedJitterMs);
        }
        return worst;
    }

    private void OnNack(NackReader nack, long nowNs)
    {
        if (Find(nack.MediaSsrc) is not { } track)
            return;
        // One store's worth: a longer list only costs time.
        var asked = 0;
        while (asked++ < 500 && nack.MoveNext() && TryTakeFeedback(1, nowNs))
            track.OnNack(nack.Current, nowNs);
    }

    private bool TryTakeFeedback(int items, long nowNs)
    {
        if (_feedbackItems.TryTake(items, FeedbackItemsPerSecond * 8, nowNs))
            return true;
        _room.Counters.Drop(SfuDrop.FeedbackRefused);
        return false;
    }

    private void OnPayloadFeedback(in RtcpPacketView packet, long nowNs)
    {
        if (KeyFrameRequest.TryParsePli(packet, out var mediaSsrc))
        {
            Find(mediaSsrc)?.OnKeyFrameRequest();
        }
        else if (KeyFrameRequest.TryParseFir(packet, out var entries))
        {
            for (var i = 0; i < Math.Min(entries, _tracks.Count); i++)
                Find(KeyFrameRequest.FirSourceAt(packet, i))?.OnKeyFrameRequest();
        }
        else if (Remb.TryParse(packet, out var bitrateBps, out _))
        {
            Estimator.OnReceiverEstimate(bitrateBps, nowNs);
        }
    }

    private long AfterVoices(long bps) => Math.Max(0, bps - (Count(video: false) * PublisherCap.VoiceBps));

    private DownTrack? FindPaddable()
    {
        for (var i = 0; i < _tracks.Count; i++)
        {
            if (_tracks[i].CanPad)
                return _tracks[i];
        }
        return null;
    }

    private int Count(bool video)
    {
        var playing = 0;
        for (var i = 0; i < _tracks.Count; i++)
            playing += _tracks[i].IsVideo == video && _tracks[i].Publication is { Muted: false, Current: not null } ? 1 : 0;
        return playing;
    }

    private DownTrack? Find(uint ssrc)
    {
        for (var i = 0; i < _tracks.Count; i++)
        {
            if (_tracks[i].Ssrc == ssrc)
                return _tracks[i];
        }
        return null;
    }

    private static NegotiatedMedia? FindSlot(NegotiatedSession session, string mid)
    {
        foreach (var section in session.Media)
        {
            if (IsSlot(section) && string.Equals(section.Mid, mid, StringComparison.Ordinal))
                return section;
        }
        return null;
    }

    private static bool IsSlot(NegotiatedMedia section) => section is { Rejected: false, LocalSends: true };
}
