using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Rtp;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Bandwidth;
using AfterSales.Video.Sfu.Rooms;
using AfterSales.Video.Sfu.Telemetry;

namespace AfterSales.Video.Sfu.Publications;

/// <summary>Everything that comes from one participant over one peer: which SSRC is what, and the feedback its senders live on.</summary>
internal sealed class Uplink(Room room, Participant owner, IPeer peer)
{
    /// <summary>A peer that keeps ending and starting streams is refused after this many.</summary>
    private const int MaxTracks = 64;

    /// <summary>Sections of one offer (MEDIA.md): also the most publications.</summary>
    private const int MaxSections = 8;

    private readonly SourceBinder _binder = new();
    private readonly List<UplinkTrack> _tracks = [];
    private readonly ArrivalLog _arrivals = new();
    private readonly List<Publication> _publications = [];
    private byte _transportCcId;
    private int _tracksStarted;
    private long _capBps;

    public IReadOnlyList<UplinkTrack> Tracks => _tracks;

    /// <summary>What the sender was told last; 0 before.</summary>
    public long CapBps => _capBps;

    /// <summary>Sections of the session that may send, with their publications.</summary>
    public IReadOnlyList<Publication> Publications => _publications;

    public void Update(NegotiatedSession session)
    {
        _publications.Clear();
        foreach (var section in session.Media)
        {
            if (section is not { Rejected: false, RemoteSends: true } || _publications.Count == MaxSections)
                continue;
            _publications.Add(owner.PublicationFor(section));
            if (_transportCcId == 0 && section.Codecs.Any(codec => codec.TransportCc))
                _transportCcId = section.Extensions.TransportWideCc;
        }
        Unbind(session);
        foreach (var publication in _publications)
            AnnounceSources(publication);
    }

    public void OnRtp(long arrivalNs, ReadOnlySpan<byte> bytes)
    {
        if (!RtpPacketView.TryParse(bytes, out var packet))
        {
            room.Counters.Drop(SfuDrop.Malformed);
            return;
        }
        if (packet.Extensions.TryGet(_transportCcId, out var transport) && transport.Length == 2)
            _arrivals.OnPacket(System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(transport), packet.Marker, arrivalNs);
        if (!TryFindBinding(packet, out var binding))
            return;
        if (binding!.Repairs is { } media)
            OnRetransmission(media, packet, arrivalNs);
        else
            OnMedia(binding, packet, arrivalNs);
    }

    public void OnSenderReport(in SenderReport report, long arrivalNs)
    {
        if (!_binder.TryGet(report.Ssrc, out var binding) || binding!.Track is not { } track)
            return;
        owner.Clock.OnSenderReport(report.NtpTimestamp, room.ServerNs(arrivalNs));
        track.OnSenderReport(report, arrivalNs);
    }

    public void OnBye(uint ssrc)
    {
        if (_binder.TryGet(ssrc, out var binding) && binding!.Track is { } track)
            End(binding, track);
    }

    /// <summary>Sends what is due: repeats wanted, key frames wanted, arrivals. Called after each batch and each tick, and mostly in vain.</summary>
    public void Flush(long nowNs, long roundTripNs)
    {
        if (IsAnythingDue(nowNs))
            FlushDue(nowNs, roundTripNs);
    }

    private bool IsAnythingDue(long nowNs)
    {
        for (var i = 0; i < _tracks.Count; i++)
        {
            if (_tracks[i].Asks(nowNs))
                return true;
        }
        return _tracks.Count > 0 && _arrivals.IsDue(nowNs);
    }

    private void FlushDue(long nowNs, long roundTripNs)
    {
        var writer = new RtcpWriter(room.RtcpScratch);
        Span<ushort> lost = stackalloc ushort[128];
        for (var i = 0; i < _tracks.Count; i++)
        {
            var track = _tracks[i];
            var due = track.TakeNacks(nowNs, roundTripNs, lost);
            if (due > 0 && writer.TryWriteNack(owner.RtcpSsrc, track.Ssrc, lost[..due]))
                room.Counters.NacksSent += due;
            if (track.TakeKeyFrameRequest(nowNs, roundTripNs))
                WriteKeyFrameRequest(ref writer, track);
        }
        if (_tracks.Count > 0 && _arrivals.IsDue(nowNs))
            _arrivals.TryWrite(ref writer, owner.RtcpSsrc, _tracks[0].Ssrc, nowNs);
        if (writer.Length > 0)
            peer.SendRtcp(writer.Written);
    }

    /// <summary>Once a second: what arrived, and what may be sent.</summary>
    public void WriteReports(ref RtcpWriter writer, long capBps, long nowNs)
    {
        if (_tracks.Count == 0)
            return;
        Span<ReportBlock> blocks = stackalloc ReportBlock[SourceBinder.MaxSources];
        Span<uint> video = stackalloc uint[SourceBinder.MaxSources];
        var count = Math.Min(_tracks.Count, SourceBinder.MaxSources);
        var videos = 0;
        for (var i = 0; i < count; i++)
        {
            _tracks[i].OnSecond();
            blocks[i] = _tracks[i].Report(nowNs);
            if (_tracks[i].IsVideo)
                video[videos++] = _tracks[i].Ssrc;
        }
        writer.TryWriteReceiverReport(owner.RtcpSsrc, blocks[..count]);
        // Said again each second, for reports get lost, but not with every tremor of an estimate: encoders follow each word.
        if (_capBps == 0 || Math.Abs(capBps - _capBps) > _capBps / 20)
            _capBps = capBps;
        if (videos > 0)
            writer.TryWriteRemb(owner.RtcpSsrc, _capBps, video[..videos]);
    }

    /// <summary>A cap that fell is told at once, and so is one that rose far; the rest can wait for the second.</summary>
    public void TellCap(long capBps)
    {
        if (_capBps == 0 || (capBps > _capBps * 9 / 10 && capBps < _capBps * 5 / 4))
            return;
        _capBps = capBps;
        Span<uint> video = stackalloc uint[SourceBinder.MaxSources];
        var videos = 0;
        for (var i = 0; i < _tracks.Count && videos < video.Length; i++)
        {
            if (_tracks[i].IsVideo)
                video[videos++] = _tracks[i].Ssrc;
        }
        var writer = new RtcpWriter(room.RtcpScratch);
        if (videos > 0 && writer.TryWriteRemb(owner.RtcpSsrc, capBps, video[..videos]))
            peer.SendRtcp(writer.Written);
    }

    public void WantKeyFrames()
    {
        foreach (var track in _tracks)
            track.WantKeyFrame();
    }

    public double Loss()
    {
        var worst = 0.0;
        foreach (var track in _tracks)
            worst = Math.Max(worst, track.LastFractionLost);
        return worst;
    }

    /// <summary>What came and what was lost before repair between the last two reports, and the worst jitter of a source that sends.</summary>
    public (int Received, int Lost, double JitterMs) LastSecond()
    {
        var (received, lost, jitter) = (0, 0, 0.0);
        foreach (var track in _tracks)
        {
            received += track.Received.LastReceived;
            lost += track.Received.LastLost;
            if (track.Received.LastReceived > 0)
                jitter = Math.Max(jitter, track.Received.JitterMs);
        }
        return (received, lost, jitter);
    }

    public long Repaired()
    {
        long sum = 0;
        foreach (var track in _tracks)
            sum += track.Repaired;
        return sum;
    }

    public void Close()
    {
        foreach (var (ssrc, binding) in _binder.All)
        {
            if (binding.Track is { } track)
                End(binding, track);
            room.ReleaseSource(ssrc, owner);
        }
        _publications.Clear();
    }

    private void Unbind(NegotiatedSession session)
    {
        foreach (var (ssrc, binding) in _binder.All.ToArray())
        {
            var stays = _publications.Contains(binding.Publication)
                && (!binding.IsAnnounced || session.Media.Any(media => media.RemoteSources.Any(source => source.Ssrc == ssrc || source.RtxSsrc == ssrc)));
            if (stays)
                continue;
            if (binding.Track is { } track)
                End(binding, track);
            _binder.Remove(ssrc);
            room.ReleaseSource(ssrc, owner);
        }
    }

    private void AnnounceSources(Publication publication)
    {
        // With RIDs the sender numbers its layers itself; what is announced beside them is not trusted.
        if (publication.Section.RemoteRids.Count > 0)
            return;
        foreach (var source in publication.Section.RemoteSources)
        {
            if (room.TryClaimSource(source.Ssrc, owner) && (source.RtxSsrc == 0 || room.TryClaimSource(source.RtxSsrc, owner)))
                _binder.Announce(publication, source);
        }
    }

    private bool TryFindBinding(in RtpPacketView packet, out SourceBinding? binding)
    {
        if (_binder.TryGet(packet.Ssrc, out binding))
            return true;
        if (!room.IsSourceFree(packet.Ssrc, owner))
        {
            room.Counters.Drop(SfuDrop.ForeignSource);
            return false;
        }
        binding = _binder.Learn(packet, _publications);
        if (binding is not null && room.TryClaimSource(packet.Ssrc, owner))
            return true;
        room.Counters.Drop(SfuDrop.UnknownSource);
        return false;
    }

    private void OnMedia(SourceBinding binding, in RtpPacketView packet, long arrivalNs)
    {
        if (FindCodec(binding.Publication.Section, packet.PayloadType) is not { } codec)
        {
            room.Counters.Drop(SfuDrop.UnknownPayloadType);
            return;
        }
        // Comfort noise and dialled digits ride in a voice's stream and are not a change of codec.
        var isAside = codec.Name is "telephone-event" or "CN";
        binding.Track ??= isAside ? null : Start(binding, packet.Ssrc, codec, arrivalNs);
        if (binding.Track is { } track)
            track.OnPacket(packet, isAside ? track.Codec : codec, binding.Publication.Section.Extensions.AudioLevel, arrivalNs, recovered: false);
    }

    private void OnRetransmission(SourceBinding media, in RtpPacketView packet, long arrivalNs)
    {
        var section = media.Publication.Section;
        if (media.Track is not { } track)
        {
            // Repairs of what never came.
            room.Counters.Drop(SfuDrop.UnknownSource);
            return;
        }
        if (FindRepaired(section, packet.PayloadType) is not { } codec)
        {
            room.Counters.Drop(SfuDrop.UnknownPayloadType);
            return;
        }
        if (Rtx.TryRestore(packet, track.Ssrc, codec.PayloadType, room.RtpScratch, out var length)
            && RtpPacketView.TryParse(room.RtpScratch.AsSpan(0, length), out var restored))
            track.OnPacket(restored, codec, section.Extensions.AudioLevel, arrivalNs, recovered: true);
    }

    private UplinkTrack? Start(SourceBinding binding, uint ssrc, NegotiatedCodec codec, long arrivalNs)
    {
        if (_tracksStarted >= MaxTracks || !room.TryTakeTrackId(out var trackId))
        {
            room.Counters.Drop(SfuDrop.UnknownSource);
            return null;
        }
        _tracksStarted++;
        EndReplaced(binding);
        var track = new UplinkTrack(room, binding.Publication, ssrc, trackId, codec);
        binding.Track = track;
        _tracks.Add(track);
        binding.Publication.AddLayer(track);
        room.Taps.TrackStarted(track.Describe(), arrivalNs);
        room.OnPublicationsChanged(owner);
        track.WantKeyFrame();
        return track;
    }

    /// <summary>A section sends one stream per RID: a new SSRC ends the old one.</summary>
    private void EndReplaced(SourceBinding starting)
    {
        foreach (var binding in _binder.All.Values)
        {
            if (binding != starting && binding.Track is { } track && binding.Publication == starting.Publication
                && string.Equals(binding.Rid, starting.Rid, StringComparison.Ordinal))
                End(binding, track);
        }
    }

    private void End(SourceBinding binding, UplinkTrack track)
    {
        binding.Track = null;
        _tracks.Remove(track);
        binding.Publication.RemoveLayer(track);
        foreach (var subscriber in binding.Publication.Subscribers)
            subscriber.Forget(track);
        room.Taps.TrackEnded(track.TrackId, room.Loop.NowNs);
        track.Dispose();
        room.OnPublicationsChanged(owner);
    }

    private void WriteKeyFrameRequest(ref RtcpWriter writer, UplinkTrack track)
    {
        var written = track.Codec.NackPli || !track.Codec.CcmFir
            ? writer.TryWritePli(owner.RtcpSsrc, track.Ssrc)
            : writer.TryWriteFir(owner.RtcpSsrc, track.Ssrc, track.NextFirSequence());
        if (written)
            room.Counters.KeyFrameRequests++;
    }

    private static NegotiatedCodec? FindCodec(NegotiatedMedia section, byte payloadType)
    {
        var codecs = section.Codecs;
        for (var i = 0; i < codecs.Count; i++)
        {
            if (codecs[i].PayloadType == payloadType)
                return codecs[i];
        }
        return null;
    }

    private static NegotiatedCodec? FindRepaired(NegotiatedMedia section, byte rtxPayloadType)
    {
        var codecs = section.Codecs;
        for (var i = 0; i < codecs.Count; i++)
        {
            if (codecs[i].RtxPayloadType == rtxPayloadType)
                return codecs[i];
        }
        return null;
    }
}
