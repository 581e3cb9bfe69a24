using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Forwarding;
using AfterSales.Video.Sfu.Publications;

namespace AfterSales.Video.Sfu.Rooms;

/// <summary>One person in a room: at most one peer at a time, and publications that outlive it. Media loop only.</summary>
internal sealed class Participant(Room room, ParticipantSpec spec, int order) : IPeerObserver
{
    private readonly List<Publication> _publications = [];
    private MediaAdvisor? _advisor;
    private IReadOnlyList<PublicationSpec> _declared = [];
    private IPeer? _peer;
    private string _identity = "";
    private long _bytesReceived;
    private long _bytesSent;
    private long _repairedBefore;

    public string ParticipantId { get; } = spec.ParticipantId;
    public string Role { get; } = spec.Role;
    public ParticipantSpec Spec { get; } = spec;

    /// <summary>One name for all sources of a participant (RFC 7022): receivers play what shares it in sync. Says nothing about the person.</summary>
    public byte[] CanonicalName { get; } = System.Text.Encoding.ASCII.GetBytes(
        Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8)));
    public SenderClock Clock { get; private set; } = new();
    public Uplink? Uplink { get; private set; }
    public Downlink? Downlink { get; private set; }
    public NegotiatedSession? Session => _peer?.Session;
    public bool IsConnected { get; private set; }
    public string TransportProtocol => _peer?.Statistics.TransportProtocol ?? "";

    /// <summary>Both ends' certificates as in SDP (RFC 8122 §5), for the record of who was connected; empty before the first offer.</summary>
    public string Fingerprints => _peer is { Session: { } session } peer ? $"local {Text(peer.LocalFingerprint)} remote {Text(session.RemoteFingerprint)}" : "";

    public IReadOnlyList<Publication> Publications => _publications;
    public ParticipantQuality Quality { get; private set; } = new();
    public MediaAdvisor Advisor => _advisor ??= new MediaAdvisor(room, this);

    /// <summary>What was last said about slots and wishes, so that nothing is said twice.</summary>
    public IReadOnlyList<SlotAssignment> ToldSlots { get; set; } = [];
    public (int Audio, int Video) ToldWish { get; set; }
    public bool CodecWishTold { get; set; }

    /// <summary>Sender of our feedback: a stream of ours where there is one.</summary>
    public uint RtcpSsrc { get; private set; } = 1;

    public NegotiationResult Negotiate(string offerSdp, MediaPolicy policy)
    {
        var peer = _peer;
        var identity = IdentityOf(offerSdp);
        if (peer is null || peer.State == PeerState.Closed || !string.Equals(identity, _identity, StringComparison.Ordinal))
            peer = room.Loop.CreatePeer(new PeerOptions($"{room.RoomId}/{order}"), this);
        var result = peer.AcceptOffer(offerSdp, policy);
        if (!result.Accepted)
        {
            if (peer != _peer)
                peer.Close(PeerCloseReason.Requested);
            return result;
        }
        if (peer != _peer)
            Adopt(peer);
        _identity = identity;
        ApplySession(result.Session!);
        return result;
    }

    public RoomResult SetPublications(IReadOnlyList<PublicationSpec> publications)
    {
        if (publications.Count > 8 || publications.Any(item => item.Source is not ("camera" or "microphone" or "screen")))
            return new RoomResult("publication.bad_source");
        if (Session is { } session && publications.Any(item => session.Media.All(media => !string.Equals(media.Mid, item.Mid, StringComparison.Ordinal))))
            return new RoomResult("publication.unknown_mid");
        _declared = publications;
        foreach (var publication in _publications)
            ApplyDeclared(publication);
        room.OnPublicationsChanged(this);
        return RoomResult.Done;
    }

    /// <summary>The publication of a section: one that was there before with the same source, or a new one.</summary>
    public Publication PublicationFor(NegotiatedMedia section)
    {
        var source = SourceFor(section);
        var known = _publications.Find(publication => string.Equals(publication.Section.Mid, section.Mid, StringComparison.Ordinal))
            ?? _publications.Find(publication => publication.Kind == section.Kind && string.Equals(publication.Source, source, StringComparison.Ordinal) && publication.Current is null);
        if (known is null || known.Kind != section.Kind)
        {
            known = new Publication(this, source, section, room.NextOrder());
            _publications.Add(known);
        }
        known.Section = section;
        ApplyDeclared(known);
        return known;
    }

    /// <summary>The page that said what is muted is gone; the next one says so anew, and until then is heard.</summary>
    public void ForgetMutes()
    {
        _declared = [.. _declared.Select(item => item with { Muted = false })];
        foreach (var publication in _publications)
            SetMuted(publication, false);
    }

    /// <summary>Ends the peer; the participant stays.</summary>
    public void DropPeer(PeerCloseReason reason)
    {
        if (_peer is not { } peer)
            return;
        _peer = null;
        Teardown();
        peer.Close(reason);
        room.Emit(new RoomEvent.PeerClosed(ParticipantId, reason.ToString()));
    }

    public void Tick(long nowNs)
    {
        Uplink?.Flush(nowNs, RoundTripNs);
        if (Downlink is not { } downlink)
            return;
        downlink.Tick(nowNs);
        Advisor.Tick(downlink, nowNs);
    }

    /// <summary>Reports in both directions, the cap, and the quality figures.</summary>
    public void OnSecond(long nowNs)
    {
        if (_peer is not { } peer || Uplink is not { } uplink || Downlink is not { } downlink)
            return;
        foreach (var publication in uplink.Publications)
            publication.ChooseLayer();
        var writer = new RtcpWriter(room.RtcpScratch);
        uplink.WriteReports(ref writer, room.CapFor(this), nowNs);
        downlink.WriteReports(ref writer, nowNs);
        if (writer.Length > 0)
            peer.SendRtcp(writer.Written);
        Advisor.OnSecond(uplink, nowNs);
        Measure(peer, uplink, downlink);
    }

    public void OnStateChanged(IPeer peer, PeerState state, PeerCloseReason reason)
    {
        if (peer != _peer)
            return;
        switch (state)
        {
            case PeerState.Connected:
                IsConnected = true;
                Downlink?.OnConnected();
                room.Emit(new RoomEvent.ParticipantConnected(ParticipantId, TransportProtocol));
                break;
            case PeerState.Interrupted:
                IsConnected = false;
                room.Emit(new RoomEvent.ParticipantInterrupted(ParticipantId));
                break;
            case PeerState.Closed:
                DropPeer(reason);
                break;
        }
    }

    public void OnRtp(IPeer peer, long arrivalNs, ReadOnlySpan<byte> packet)
    {
        if (peer == _peer)
            Uplink?.OnRtp(arrivalNs, packet);
    }

    public void OnRtcp(IPeer peer, long arrivalNs, ReadOnlySpan<byte> packet)
    {
        if (peer != _peer || Uplink is not { } uplink || Downlink is not { } downlink)
            return;
        var feedbacks = 0;
        foreach (var part in new RtcpCompoundReader(packet))
        {
            if (SenderReport.TryParse(part, out var report, out var blocks))
            {
                uplink.OnSenderReport(report, arrivalNs);
                downlink.OnReportBlocks(blocks, arrivalNs);
            }
            else if (ReceiverReport.TryParse(part, out _, out blocks))
            {
                downlink.OnReportBlocks(blocks, arrivalNs);
            }
            else if (Bye.TryParse(part, out var sources))
            {
                for (var i = 0; i < sources; i++)
                    uplink.OnBye(Bye.SourceAt(part, i));
            }
            else
            {
                downlink.OnRtcp(part, ref feedbacks, arrivalNs);
            }
        }
    }

    public void OnBatchEnd(IPeer peer)
    {
        if (peer == _peer)
            Uplink?.Flush(room.Loop.NowNs, RoundTripNs);
    }

    public ParticipantSnapshot ToSnapshot() => new(ParticipantId, Role, IsConnected, Quality, ToldSlots)
    {
        UplinkMode = Advisor.UplinkMode,
        DownlinkMode = Advisor.DownlinkMode,
    };

    private long RoundTripNs => Downlink?.RoundTripNs ?? 100_000_000;

    /// <summary>
    /// A reloaded page is another client, not a new offer of the old one: its certificate differs, or at least the session id of
    /// its origin line, which one connection keeps for life (RFC 9429 §5.2.1).
    /// </summary>
    private static string IdentityOf(string offerSdp)
    {
        var origin = LineAfter(offerSdp, "\no=").ToString().Split(' ');
        var session = origin.Length > 1 ? origin[1] : "";
        return $"{session} {LineAfter(offerSdp, "a=fingerprint:")}";
    }

    private static string Text(DtlsFingerprint fingerprint) =>
        $"{fingerprint.Algorithm} {string.Join(':', Convert.ToHexString(fingerprint.Digest.Span).Chunk(2).Select(pair => new string(pair)))}";

    private static ReadOnlySpan<char> LineAfter(string sdp, string prefix)
    {
        var start = sdp.IndexOf(prefix, StringComparison.Ordinal);
        if (start < 0)
            return default;
        var line = sdp.AsSpan(start + prefix.Length);
        var end = line.IndexOfAny('\r', '\n');
        return (end < 0 ? line : line[..end]).Trim();
    }

    private void Adopt(IPeer peer)
    {
        DropPeer(PeerCloseReason.Requested);
        _peer = peer;
        Clock = new SenderClock();
        Uplink = new Uplink(room, this, peer);
        Downlink = new Downlink(room, peer);
        ToldWish = default;
        _bytesReceived = _bytesSent = _repairedBefore = 0;
    }

    private void ApplySession(NegotiatedSession session)
    {
        RtcpSsrc = session.Media.FirstOrDefault(media => media.LocalSsrc != 0)?.LocalSsrc ?? 1;
        CodecWishTold = false;
        Uplink!.Update(session);
        for (var i = _publications.Count - 1; i >= 0; i--)
        {
            if (Uplink.Publications.Contains(_publications[i]))
                continue;
            Room.Retire(_publications[i]);
            _publications.RemoveAt(i);
        }
        Downlink!.Update(session);
        foreach (var publication in _publications)
        {
            foreach (var subscriber in publication.Subscribers)
                subscriber.MapPayloadTypes();
        }
        room.OnPublicationsChanged(this);
    }

    private void Teardown()
    {
        IsConnected = false;
        Uplink?.Close();
        Downlink?.Close();
        Uplink = null;
        Downlink = null;
        Advisor.Reset();
        ToldSlots = [];
    }

    private string SourceFor(NegotiatedMedia section)
    {
        foreach (var item in _declared)
        {
            if (string.Equals(item.Mid, section.Mid, StringComparison.Ordinal))
                return item.Source;
        }
        if (section.Kind == MediaKind.Audio)
            return "microphone";
        var hasCamera = _publications.Exists(other => other.Kind == MediaKind.Video && !string.Equals(other.Section.Mid, section.Mid, StringComparison.Ordinal) && other.Source is "camera" && other.Current is not null);
        return hasCamera ? "screen" : "camera";
    }

    private void ApplyDeclared(Publication publication)
    {
        PublicationSpec? item = null;
        foreach (var candidate in _declared)
        {
            if (string.Equals(candidate.Mid, publication.Section.Mid, StringComparison.Ordinal))
                item = candidate;
        }
        publication.IsDeclared = item is not null;
        if (item is not null)
        {
            publication.Source = item.Source;
            SetMuted(publication, item.Muted);
        }
        var id = $"{ParticipantId}:{publication.Source}";
        publication.Id = _publications.Exists(other => other != publication && string.Equals(other.Id, id, StringComparison.Ordinal))
            ? $"{id}:{publication.Section.Mid}"
            : id;
    }

    private void SetMuted(Publication publication, bool muted)
    {
        if (publication.Muted == muted)
            return;
        publication.Mute(muted);
        room.OnMuted(publication, muted);
    }

    private void Measure(IPeer peer, Uplink uplink, Downlink downlink)
    {
        var statistics = peer.Statistics;
        var repaired = uplink.Repaired();
        var (received, lost, jitterMs) = uplink.LastSecond();
        var picture = _publications.Find(static publication => publication is { Kind: MediaKind.Video, Current: not null });
        Quality = new ParticipantQuality
        {
            UplinkLoss = uplink.Loss(),
            DownlinkLoss = downlink.Loss(),
            RoundTripMs = downlink.MeasuredRoundTripMs,
            UplinkBps = (statistics.BytesReceived - _bytesReceived) * 8,
            DownlinkBps = (statistics.BytesSent - _bytesSent) * 8,
            DownlinkEstimateBps = downlink.Estimator.EstimateBps,
            RepairedPackets = Math.Max(0, repaired - _repairedBefore),
            UplinkJitterMs = jitterMs,
            DownlinkJitterMs = downlink.JitterMs(),
            ReceivedPackets = received,
            LostPackets = lost,
            VideoCodec = picture?.Current?.Codec.Name ?? "",
            VideoLayer = picture?.CurrentLayer ?? 0,
            VideoBps = picture?.Current?.BitrateBps ?? 0,
        };
        _bytesReceived = statistics.BytesReceived;
        _bytesSent = statistics.BytesSent;
        _repairedBefore = repaired;
        if (IsConnected)
            room.Emit(new RoomEvent.Quality(ParticipantId, Quality));
    }
}
