namespace AfterSales.Video.Rtc.Srtp;

/// <summary>
/// SRTP and SRTCP of one transport in both directions (RFC 3711, RFC 7714). A packet that fails changes nothing but a
/// counter. No allocation per packet. Not thread-safe: confined to the media loop.
/// </summary>
public sealed class SrtpSession : IDisposable
{
    /// <summary>SSRCs per direction: 8 sections with retransmission each, a simulcast publisher needs 7.</summary>
    public const int MaxSources = 16;

    /// <summary>What <see cref="ProtectRtp"/> adds at most, in bytes.</summary>
    public const int MaxRtpOverhead = 16;

    /// <summary>What <see cref="ProtectRtcp"/> adds at most, in bytes.</summary>
    public const int MaxRtcpOverhead = 20;

    public SrtpSession(SrtpKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        Profile = keys.Profile;
    }

    public SrtpProfile Profile { get; }

    /// <summary>Why the last call returned false or 0; <see cref="SrtpRejection.None"/> after a success.</summary>
    public SrtpRejection LastRejection { get; private set; }

    /// <summary>Packets rejected for <paramref name="reason"/> since the start.</summary>
    public long CountRejected(SrtpRejection reason) => throw new NotSupportedException("Lands next.");

    /// <summary>Authenticates, replay-checks and decrypts in place. On success the packet is the first <paramref name="length"/> bytes.</summary>
    public bool TryUnprotectRtp(Span<byte> packet, out int length) => throw new NotSupportedException("Lands next.");

    /// <summary>
    /// Copies <paramref name="header"/> (12 bytes to the end of the extensions) and encrypts <paramref name="payload"/> behind
    /// it, straight into <paramref name="destination"/>, which holds header + payload + <see cref="MaxRtpOverhead"/>.
    /// </summary>
    /// <returns>Bytes written; 0 when refused, see <see cref="LastRejection"/>.</returns>
    public int ProtectRtp(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, Span<byte> destination) => throw new NotSupportedException("Lands next.");

    /// <summary>As <see cref="TryUnprotectRtp"/>, for a compound or reduced-size RTCP packet.</summary>
    public bool TryUnprotectRtcp(Span<byte> packet, out int length) => throw new NotSupportedException("Lands next.");

    /// <summary>Encrypts one compound packet of at least 8 bytes; <paramref name="destination"/> holds <see cref="MaxRtcpOverhead"/> more.</summary>
    /// <returns>Bytes written; 0 when refused, see <see cref="LastRejection"/>.</returns>
    public int ProtectRtcp(ReadOnlySpan<byte> packet, Span<byte> destination) => throw new NotSupportedException("Lands next.");

    public void Dispose()
    {
    }
}
