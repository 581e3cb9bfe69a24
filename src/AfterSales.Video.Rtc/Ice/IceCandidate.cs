using AfterSales.Video.Native.Sockets;

namespace AfterSales.Video.Rtc.Ice;

public enum IceCandidateType
{
    Host,
    ServerReflexive,
    PeerReflexive,
    Relayed,
}

/// <summary>The roles of a TCP candidate (RFC 6544 §4.5).</summary>
public enum IceTcpType
{
    None,
    Active,
    Passive,
    SimultaneousOpen,
}

/// <summary>One candidate of RTP's component (RFC 8839 §5.1).</summary>
/// <param name="Address">Empty when <see cref="HasAddress"/> is false.</param>
public sealed record IceCandidate(string Foundation, IceTransport Transport, uint Priority, TransportAddress Address, IceCandidateType Type)
{
    public int Component { get; init; } = 1;

    public IceTcpType TcpType { get; init; }

    /// <summary>False for mDNS and other names: accepted, never resolved; such a peer becomes known by its checks.</summary>
    public bool HasAddress => !Address.IsEmpty;

    /// <summary>A host candidate of ours, with the priority of RFC 8445 §5.1.2.1.</summary>
    /// <param name="address">A reachable address of this server.</param>
    /// <param name="transport">TCP candidates are passive and rank below UDP (RFC 6544 §4.2).</param>
    /// <param name="localPreference">0 to 8191; higher is better, different for each address.</param>
    public static IceCandidate Host(in TransportAddress address, IceTransport transport = IceTransport.Udp, int localPreference = 8191) =>
        IceCandidateLine.Host(address, transport, localPreference);

    /// <summary>Reads the value of an a=candidate line, with or without "candidate:" in front. At most 512 characters.</summary>
    public static bool TryParse(ReadOnlySpan<char> line, out IceCandidate? candidate) => IceCandidateLine.TryParse(line, out candidate);

    /// <summary>The value of an a=candidate line, starting with "candidate:".</summary>
    public override string ToString() => IceCandidateLine.Write(this);
}
