using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Ice;

public enum IceAgentState
{
    /// <summary>Waiting for remote credentials or candidates.</summary>
    New,
    Checking,
    Connected,

    /// <summary>The selected path answered nothing for 30 s (RFC 7675), or no pair worked.</summary>
    Failed,
}

/// <summary>
/// The client's side of ICE without I/O: a full agent that starts as controlling (RFC 8445). Give it datagrams with
/// <see cref="HandleDatagram"/>, send what <see cref="TryTakeOutgoing"/> yields, call again at <see cref="NextDueNs"/>.
/// </summary>
public sealed class IceControllingAgent
{
    /// <param name="local">From <see cref="IceCredentials.Generate"/>.</param>
    /// <param name="random">Tie-breaker, transaction ids, pacing jitter; seeded in tests.</param>
    public IceControllingAgent(IceParameters local, Random random) => (Local, _) = (local, random);

    public IceParameters Local { get; private set; }

    public IceAgentState State { get; private set; }

    public bool IsControlling { get; private set; } = true;

    public bool HasSelectedPath { get; private set; }

    public IcePath SelectedPath { get; private set; }

    /// <summary>When <see cref="TryTakeOutgoing"/> has something next; long.MaxValue for never.</summary>
    public long NextDueNs => throw new NotSupportedException("Lands next.");

    /// <summary>A local socket checks are sent from. UDP, or a TCP connection already opened to a passive candidate.</summary>
    public void AddLocal(IceTransport transport, TransportAddress local, uint priority) => throw new NotSupportedException("Lands next.");

    public void SetRemote(IceParameters remote, long nowNs) => throw new NotSupportedException("Lands next.");

    /// <summary>Names and TCP candidates that are not passive are ignored.</summary>
    public void AddRemoteCandidate(IceCandidate candidate, long nowNs) => throw new NotSupportedException("Lands next.");

    /// <summary>New credentials on both sides; the selected path stays in use until a new one is nominated.</summary>
    public void Restart(IceParameters local) => throw new NotSupportedException("Lands next.");

    /// <summary>True when the datagram was STUN for this agent; <paramref name="responseLength"/> bytes are to be sent back then.</summary>
    public bool HandleDatagram(ReadOnlySpan<byte> datagram, in IcePath path, long nowNs, Span<byte> response, out int responseLength) => throw new NotSupportedException("Lands next.");

    /// <summary>The next check, retransmission or consent check that is due. Call until false.</summary>
    public bool TryTakeOutgoing(long nowNs, Span<byte> buffer, out int length, out IcePath path) => throw new NotSupportedException("Lands next.");
}
