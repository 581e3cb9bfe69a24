using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Ice;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Rtc.Tests.Sdp;

/// <summary>A server's side of negotiation with things that are the same in every test.</summary>
internal static class Exchange
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Sdp", "Offers");

    public static IReadOnlyList<string> OfferNames { get; } =
        [.. Directory.GetFiles(Folder, "*.sdp").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    public static string Offer(string name) => File.ReadAllText(Path.Combine(Folder, name + ".sdp"));

    public static LocalTransport Local() => new()
    {
        Ice = new IceParameters("serverUf", "serverPassword24iceChars"),
        Candidates =
        [
            IceCandidate.Host(TransportAddress.FromIPv4(0xCB007101, 443)),
            IceCandidate.Host(TransportAddress.FromIPv4(0xCB007101, 443), IceTransport.Tcp),
        ],
        Fingerprint = new DtlsFingerprint("sha-256", Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()),
        Ssrcs = new CountingSsrcs(),
        SessionId = 42,
        Cname = "server-cname",
    };

    public static NegotiationResult Answer(string offer, MediaPolicy? policy = null, NegotiatedSession? previous = null) =>
        SdpNegotiator.Answer(offer, policy ?? new MediaPolicy(), Local(), previous);

    public static NegotiatedSession Accepted(NegotiationResult result)
    {
        Assert.True(result.Accepted, result.Refusal?.ToString());
        return result.Session!;
    }

    private sealed class CountingSsrcs : ISsrcSource
    {
        private static uint _last = 1000;

        public uint Next() => Interlocked.Increment(ref _last);
    }
}
