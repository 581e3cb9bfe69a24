namespace AfterSales.Video.Rtc.Srtp;

/// <summary>Why a packet was not protected or not accepted.</summary>
public enum SrtpRejection
{
    None,

    /// <summary>Not RTP/RTCP version 2, a header longer than the packet, or too short for a tag.</summary>
    Malformed,

    /// <summary>The tag is wrong: forged, damaged or under other keys.</summary>
    AuthenticationFailed,

    /// <summary>Seen before, or too old for the replay window.</summary>
    Replayed,

    /// <summary>The transport already carries <see cref="SrtpSession.MaxSources"/> SSRCs.</summary>
    TooManySources,

    /// <summary>Sending only: this sequence number was already used with AES-GCM, where repeating a nonce gives the key away.</summary>
    NonceReused,

    /// <summary>The 2^48 packet or 2^31 RTCP index space of a key is used up (RFC 3711 §9.2).</summary>
    KeyExhausted,
}
