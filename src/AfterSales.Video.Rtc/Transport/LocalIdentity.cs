using System.Security.Cryptography;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Transport;

/// <summary>What stays the same in every description one peer sends.</summary>
internal sealed class LocalIdentity
{
    private readonly RandomSsrcSource _ssrcs = new();
    private readonly long _sessionId = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;
    private readonly string _cname = RandomNumberGenerator.GetHexString(16, lowercase: true);

    public LocalTransport Describe(MediaLoop loop, IceParameters ice) => new()
    {
        Ice = ice,
        Candidates = loop.LocalCandidates(),
        Fingerprint = loop.Dtls.Certificate.Fingerprint,
        Ssrcs = _ssrcs,
        SessionId = _sessionId,
        Cname = _cname,
    };
}
