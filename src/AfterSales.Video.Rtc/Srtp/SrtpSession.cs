using System.Buffers.Binary;

namespace AfterSales.Video.Rtc.Srtp;

/// <summary>
/// SRTP and SRTCP of one transport in both directions (RFC 3711, RFC 7714). A packet that fails changes nothing but a
/// counter. No allocation per packet. Not thread-safe: confined to the media loop.
/// </summary>
public sealed class SrtpSession : IDisposable
{
    /// <summary>SSRCs per direction: 8 sections with retransmission each, and a simulcast publisher needs 7.</summary>
    public const int MaxSources = 16;

    /// <summary>What <see cref="ProtectRtp"/> adds at most, in bytes.</summary>
    public const int MaxRtpOverhead = GcmLayout.RtpOverhead;

    /// <summary>What <see cref="ProtectRtcp"/> adds at most, in bytes.</summary>
    public const int MaxRtcpOverhead = GcmLayout.RtcpOverhead;

    /// <summary>RFC 3711 §9.2: at most 2^48 SRTP and 2^31 SRTCP packets under one key.</summary>
    private const long MaxRtpIndex = (1L << 48) - 1;
    private const uint MaxRtcpIndex = (1U << 31) - 1;

    private readonly SrtpProtector _protector;
    private readonly SrtpUnprotector _unprotector;
    private readonly SourceTable _rtpSent = new();
    private readonly SourceTable _rtpReceived = new();
    private readonly SourceTable _rtcpReceived = new();
    private readonly long[] _rejected = new long[(int)SrtpRejection.KeyExhausted + 1];
    private uint _nextRtcpIndex;

    public SrtpSession(SrtpKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        Profile = keys.Profile;
        _protector = CreateProtector(keys.Profile, SrtpSessionKeys.Derive(keys.Profile, keys.LocalKey, keys.LocalSalt));
        _unprotector = CreateUnprotector(keys.Profile, SrtpSessionKeys.Derive(keys.Profile, keys.RemoteKey, keys.RemoteSalt));
    }

    /// <summary>For test vectors that start from session keys.</summary>
    internal SrtpSession(SrtpProfile profile, SrtpSessionKeys local, SrtpSessionKeys remote)
    {
        Profile = profile;
        _protector = CreateProtector(profile, local);
        _unprotector = CreateUnprotector(profile, remote);
    }

    public SrtpProfile Profile { get; }

    /// <summary>Why the last call returned false or 0; <see cref="SrtpRejection.None"/> after a success.</summary>
    public SrtpRejection LastRejection { get; private set; }

    /// <summary>SSRCs received and authenticated so far.</summary>
    public int ReceivedSources => _rtpReceived.Count;

    /// <summary>Packets rejected for <paramref name="reason"/> since the start.</summary>
    public long CountRejected(SrtpRejection reason) => _rejected[(int)reason];

    /// <summary>
    /// Authenticates, replay-checks and decrypts in place. On success the packet is the first <paramref name="length"/>
    /// bytes; on failure its bytes are worthless.
    /// </summary>
    public bool TryUnprotectRtp(Span<byte> packet, out int length)
    {
        length = 0;
        if (!RtpHeader.TryRead(packet, out var header) || packet.Length < header.Length + _unprotector.RtpOverhead)
            return Reject(SrtpRejection.Malformed);
        var window = _rtpReceived.Find(header.Ssrc);
        var index = window?.Estimate(header.SequenceNumber) ?? header.SequenceNumber;
        var refusal = Judge(_rtpReceived, window, index, MaxRtpIndex);
        if (refusal != SrtpRejection.None)
            return Reject(refusal);
        if (!_unprotector.OpenRtp(header.Ssrc, index, header.Length, packet))
            return Reject(SrtpRejection.AuthenticationFailed);

        // Only here, behind the tag: a forged packet neither opens a source nor moves a rollover counter.
        (window ?? _rtpReceived.Add(header.Ssrc)).Mark(index);
        length = packet.Length - _unprotector.RtpOverhead;
        return Accept();
    }

    /// <summary>
    /// Copies <paramref name="header"/> (12 bytes to the end of the extensions) and encrypts <paramref name="payload"/> behind
    /// it, straight into <paramref name="destination"/>, which holds header + payload + <see cref="MaxRtpOverhead"/> and
    /// overlaps neither.
    /// </summary>
    /// <returns>Bytes written; 0 when refused, see <see cref="LastRejection"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public int ProtectRtp(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        var length = header.Length + payload.Length + _protector.RtpOverhead;
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, length, nameof(destination));
        if (!RtpHeader.TryRead(header, out var fields) || fields.Length != header.Length)
            return Refuse(SrtpRejection.Malformed);
        var window = _rtpSent.Find(fields.Ssrc);
        var index = window?.Estimate(fields.SequenceNumber) ?? fields.SequenceNumber;
        var refusal = JudgeSending(window, index);
        if (refusal != SrtpRejection.None)
            return Refuse(refusal);
        header.CopyTo(destination);
        _protector.SealRtp(fields.Ssrc, index, header.Length, payload, destination[..length]);
        (window ?? _rtpSent.Add(fields.Ssrc)).Mark(index);
        _ = Accept();
        return length;
    }

    /// <summary>As <see cref="TryUnprotectRtp"/>, for a compound or reduced-size RTCP packet.</summary>
    public bool TryUnprotectRtcp(Span<byte> packet, out int length)
    {
        length = 0;
        if (!RtcpHeader.TryReadSsrc(packet, out var ssrc) || packet.Length < RtcpHeader.Bytes + _unprotector.RtcpOverhead)
            return Reject(SrtpRejection.Malformed);
        var index = new SrtcpIndex(BinaryPrimitives.ReadUInt32BigEndian(packet[^_unprotector.RtcpIndexFromEnd..]));
        var window = _rtcpReceived.Find(ssrc);
        var refusal = Judge(_rtcpReceived, window, index.Value, MaxRtcpIndex);
        if (refusal != SrtpRejection.None)
            return Reject(refusal);
        if (!_unprotector.OpenRtcp(ssrc, index, packet))
            return Reject(SrtpRejection.AuthenticationFailed);
        (window ?? _rtcpReceived.Add(ssrc)).Mark(index.Value);
        length = packet.Length - _unprotector.RtcpOverhead;
        return Accept();
    }

    /// <summary>Encrypts one compound packet of at least 8 bytes; <paramref name="destination"/> holds <see cref="MaxRtcpOverhead"/> more.</summary>
    /// <returns>Bytes written; 0 when refused, see <see cref="LastRejection"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public int ProtectRtcp(ReadOnlySpan<byte> packet, Span<byte> destination)
    {
        var length = packet.Length + _protector.RtcpOverhead;
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, length, nameof(destination));
        if (!RtcpHeader.TryReadSsrc(packet, out var ssrc))
            return Refuse(SrtpRejection.Malformed);
        if (_nextRtcpIndex > MaxRtcpIndex)
            return Refuse(SrtpRejection.KeyExhausted);

        // One counter for all SSRCs: it only has to grow for each of them (RFC 3711 §3.4), and needs no table.
        _protector.SealRtcp(ssrc, _nextRtcpIndex++, packet, destination[..length]);
        _ = Accept();
        return length;
    }

    public void Dispose()
    {
        _protector.Dispose();
        _unprotector.Dispose();
    }

    private static SrtpProtector CreateProtector(SrtpProfile profile, SrtpSessionKeys keys) =>
        profile == SrtpProfile.AeadAes128Gcm ? new GcmProtector(keys) : new CmProtector(keys);

    private static SrtpUnprotector CreateUnprotector(SrtpProfile profile, SrtpSessionKeys keys) =>
        profile == SrtpProfile.AeadAes128Gcm ? new GcmUnprotector(keys) : new CmUnprotector(keys);

    /// <summary>All that can be known without the key, before any work is spent on the packet.</summary>
    private static SrtpRejection Judge(SourceTable sources, PacketWindow? window, long index, long maxIndex)
    {
        if (window is null)
            return sources.IsFull ? SrtpRejection.TooManySources : SrtpRejection.None;
        if (index > maxIndex)
            return SrtpRejection.KeyExhausted;
        return window.IsFresh(index) ? SrtpRejection.None : SrtpRejection.Replayed;
    }

    /// <summary>
    /// A packet repeated under AES-CM (retransmission without RFC 4588) is the same bytes again. Under GCM a header changed
    /// since the first time, such as a new transport-wide number, would give two tags for one nonce, and with them the
    /// authentication key (RFC 7714 §8.4): so it is refused.
    /// </summary>
    private SrtpRejection JudgeSending(PacketWindow? window, long index)
    {
        var refusal = Judge(_rtpSent, window, index, MaxRtpIndex);
        if (refusal != SrtpRejection.Replayed)
            return refusal;
        if (Profile == SrtpProfile.AeadAes128Gcm)
            return SrtpRejection.NonceReused;
        return index < 0 ? SrtpRejection.Replayed : SrtpRejection.None;
    }

    private bool Accept()
    {
        LastRejection = SrtpRejection.None;
        return true;
    }

    private bool Reject(SrtpRejection reason)
    {
        LastRejection = reason;
        _rejected[(int)reason]++;
        return false;
    }

    private int Refuse(SrtpRejection reason)
    {
        _ = Reject(reason);
        return 0;
    }
}
