using System.Net;
using AfterSales.Video.Rtc.Dtls;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Rtc.Srtp;

namespace AfterSales.Video.Rtc.Client;

/// <summary>What a client offers and how it connects.</summary>
public sealed record RtcClientOptions
{
    /// <summary>In m-line order. SSRCs of 0 in sending sections are replaced by random ones.</summary>
    public required IReadOnlyList<OfferedMedia> Media { get; init; }

    /// <summary>Where its sockets are bound. Loopback suits tests; give this machine's address to reach another one.</summary>
    public IPAddress LocalAddress { get; init; } = IPAddress.Loopback;

    /// <summary>ICE-TCP only, as behind a firewall that blocks UDP.</summary>
    public bool UseTcp { get; init; }

    public IReadOnlyList<SrtpProfile> SrtpProfiles { get; init; } = [SrtpProfile.AeadAes128Gcm, SrtpProfile.Aes128CmHmacSha1Tag80];

    /// <summary>Null: the loop's own.</summary>
    public DtlsContext? DtlsContext { get; init; }

    /// <summary>Called on the loop with each decrypted RTP packet.</summary>
    public RtcPacketHandler? OnRtp { get; init; }

    /// <summary>Called on the loop with each decrypted RTCP packet.</summary>
    public RtcPacketHandler? OnRtcp { get; init; }

    /// <summary>Called on the loop.</summary>
    public Action<RtcClient, PeerState, PeerCloseReason>? OnStateChanged { get; init; }

    /// <summary>Small: one load generator runs hundreds of clients.</summary>
    public int SocketBufferBytes { get; init; } = 512 << 10;

    /// <summary>ICE transaction ids and pacing.</summary>
    public Random Random { get; init; } = Random.Shared;
}

/// <param name="client">Who received it.</param>
/// <param name="arrivalNs">The loop's clock.</param>
/// <param name="packet">Valid during the call.</param>
public delegate void RtcPacketHandler(RtcClient client, long arrivalNs, ReadOnlySpan<byte> packet);
