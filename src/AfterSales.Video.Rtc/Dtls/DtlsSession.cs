using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Rtc.Srtp;

namespace AfterSales.Video.Rtc.Dtls;

/// <summary>
/// One DTLS association without any I/O (RFC 5764, RFC 6347): datagrams and time go in, datagrams come out. Feed it only
/// from an ICE-validated address, which stands for the cookie. After every call take the outgoing datagrams and read
/// <see cref="State"/> and <see cref="NextTimeoutNs"/> again. Not thread-safe. Never throws on what a peer sends.
/// </summary>
public sealed class DtlsSession : IDisposable
{
    /// <param name="expectedRemote">From the SDP; a peer with another certificate is never connected.</param>
    /// <param name="srtpProfiles">In order of preference; as a server our order decides.</param>
    public DtlsSession(DtlsContext context, DtlsRole role, DtlsFingerprint expectedRemote, IReadOnlyList<SrtpProfile> srtpProfiles)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(expectedRemote);
        ArgumentNullException.ThrowIfNull(srtpProfiles);
        Role = role;
    }

    public DtlsRole Role { get; }
    public DtlsState State { get; private set; }
    public DtlsFailure Failure { get; private set; }

    /// <summary>When <see cref="HandleTimeout"/> is due, on the clock of the <c>nowNs</c> arguments; null when no timer runs.</summary>
    public long? NextTimeoutNs { get; private set; }

    /// <summary>The profile both sides chose; null before <see cref="DtlsState.Connected"/>.</summary>
    public SrtpProfile? SrtpProfile { get; private set; }

    /// <summary>Client: makes the ClientHello. Server: only leaves <see cref="DtlsState.New"/>. Calling again does nothing.</summary>
    public void Start(long nowNs) => throw new NotSupportedException("Lands next.");

    /// <summary>Takes one received datagram (first byte 20..63, RFC 7983). Starts a server by itself. Garbage changes nothing.</summary>
    public void Receive(ReadOnlySpan<byte> datagram, long nowNs) => throw new NotSupportedException("Lands next.");

    /// <summary>Retransmits the last flight if it is due (100 ms, doubling); harmless when early.</summary>
    public void HandleTimeout(long nowNs) => throw new NotSupportedException("Lands next.");

    /// <summary>Copies the next datagram to send, at most <see cref="DtlsContext.MaxDatagram"/> bytes. False when there is none.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <see cref="DtlsContext.MaxDatagram"/>.</exception>
    public bool TryTakeOutgoing(Span<byte> destination, out int length) => throw new NotSupportedException("Lands next.");

    /// <summary>The keys of both directions (RFC 5764 §4.2). False unless <see cref="DtlsState.Connected"/>.</summary>
    public bool TryExportSrtpKeys(out SrtpKeys keys) => throw new NotSupportedException("Lands next.");

    /// <summary>Sends close_notify (take it with <see cref="TryTakeOutgoing"/>) and ends the session. Idempotent.</summary>
    public void Close() => throw new NotSupportedException("Lands next.");

    public void Dispose()
    {
    }
}
