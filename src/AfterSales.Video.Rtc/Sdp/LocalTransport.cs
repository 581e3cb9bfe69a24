using System.Security.Cryptography;
using AfterSales.Video.Rtc.Ice;

namespace AfterSales.Video.Rtc.Sdp;

/// <summary>What our side of the transport puts into an offer or answer.</summary>
public sealed record LocalTransport
{
    /// <summary>Of the generation this description belongs to: fresh ones when the offer restarts ICE.</summary>
    public required IceParameters Ice { get; init; }

    /// <summary>All of them: nothing is trickled by us.</summary>
    public required IReadOnlyList<IceCandidate> Candidates { get; init; }

    /// <summary>SHA-256 of our DTLS certificate.</summary>
    public required DtlsFingerprint Fingerprint { get; init; }
    public required ISsrcSource Ssrcs { get; init; }

    /// <summary>Constant over the life of a peer; the sess-id of o= (below 2^63).</summary>
    public required long SessionId { get; init; }

    /// <summary>CNAME of everything we send (RFC 8834): random, no name in it.</summary>
    public required string Cname { get; init; }
}

/// <summary>Gives SSRCs for what we send; never 0, never the same twice.</summary>
public interface ISsrcSource
{
    uint Next();
}

/// <summary>SSRCs from the system's CSPRNG (RFC 3550 §8.1).</summary>
public sealed class RandomSsrcSource : ISsrcSource
{
    private readonly HashSet<uint> _given = [0];

    public uint Next()
    {
        uint ssrc;
        do
        {
            ssrc = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
        }
        while (!_given.Add(ssrc));
        return ssrc;
    }
}
