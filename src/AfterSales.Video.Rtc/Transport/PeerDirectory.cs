using System.Diagnostics.CodeAnalysis;
using AfterSales.Video.Rtc.Ice;

namespace AfterSales.Video.Rtc.Transport;

/// <summary>Who does its work once per batch.</summary>
internal interface IBatchEndListener
{
    void OnBatchEnd();
}

/// <summary>
/// The peers behind the server's sockets. A packet finds its peer by address, and an address is known only after a STUN
/// check with the peer's fragment and a valid MESSAGE-INTEGRITY came from it (SE-06). Everything else is counted and dropped.
/// </summary>
internal sealed class PeerDirectory(MediaLoop loop) : IPacketReceiver
{
    private readonly Dictionary<ulong, PeerConnection> _byUfrag = [];
    private readonly Dictionary<IcePath, (PeerConnection Peer, PacketChannel Channel)> _byPath = [];
    private readonly HashSet<PeerConnection> _peers = [];

    public int PathCount => _byPath.Count;

    public PeerConnection Create(PeerOptions options, IPeerObserver observer)
    {
        var peer = new PeerConnection(loop, options, observer);
        _peers.Add(peer);
        return peer;
    }

    [SuppressMessage("Design", "CA1031", Justification = "A fault of one peer or its room ends that peer only.")]
    public void OnPacket(in NetworkPath path, Span<byte> packet)
    {
        PeerConnection? peer = null;
        try
        {
            var kind = PacketKinds.Of(packet);
            if (kind == PacketKind.Unknown)
                loop.Counters.DroppedUnknown++;
            else if (kind == PacketKind.Stun)
                OnStun(path, packet, ref peer);
            else if (_byPath.TryGetValue(path.Ice, out var owner))
                (peer = owner.Peer).OnPacket(kind, path, packet);
            else
                loop.Counters.DroppedUnvalidated++;
        }
        catch (Exception fault)
        {
            loop.ReportFault(fault);
            CloseFaulted(peer);
        }
    }

    public void OnChannelClosed(PacketChannel channel)
    {
        if (channel is TcpChannel tcp && _byPath.Remove(tcp.Path, out var owner))
            owner.Peer.OnPathLost(tcp.Path);
    }

    public void AddUfrag(ulong key, PeerConnection peer) => _byUfrag[key] = peer;

    public void RemoveUfrag(ulong key) => _byUfrag.Remove(key);

    public void AddPath(in NetworkPath path, PeerConnection peer)
    {
        (path.Channel as TcpChannel)?.MarkProven();
        _byPath[path.Ice] = (peer, path.Channel);
    }

    public void RemovePath(in IcePath path, PeerConnection peer)
    {
        if (_byPath.TryGetValue(path, out var owner) && ReferenceEquals(owner.Peer, peer))
            _byPath.Remove(path);
    }

    public void Remove(PeerConnection peer) => _peers.Remove(peer);

    public void CloseAll()
    {
        foreach (var peer in _peers.ToArray())
            CloseGuarded(peer, PeerCloseReason.LoopStopped);
    }

    /// <summary>Closes a peer whose own code or observer threw.</summary>
    public void CloseFaulted(PeerConnection? peer)
    {
        if (peer is not null)
            CloseGuarded(peer, PeerCloseReason.Faulted);
    }

    private void OnStun(in NetworkPath path, Span<byte> packet, ref PeerConnection? peer)
    {
        if (!StunMessage.TryParse(packet, out var message) || message.Class != StunClass.Request)
            loop.Counters.DroppedStunMalformed++;
        else if (!message.TryGetUfragKey(out var key) || !_byUfrag.TryGetValue(key, out peer))
            loop.Counters.DroppedStunUnauthenticated++;
        else if (IsInUseByAnother(path.Ice, peer))
            loop.Counters.DroppedPathConflict++;
        else
            peer.OnStun(path, packet);
    }

    /// <summary>
    /// Whoever holds credentials of one peer could claim the address of another by forging its source. A live owner
    /// keeps its address; a silent one (a program that reuses its socket) loses it.
    /// </summary>
    private bool IsInUseByAnother(in IcePath path, PeerConnection peer) =>
        _byPath.TryGetValue(path, out var owner) && !ReferenceEquals(owner.Peer, peer) && owner.Peer.IsHeard;

    [SuppressMessage("Design", "CA1031", Justification = "The observer may be what is broken.")]
    private void CloseGuarded(PeerConnection peer, PeerCloseReason reason)
    {
        try
        {
            peer.Close(reason);
        }
        catch (Exception fault)
        {
            loop.ReportFault(fault);
        }
    }
}
