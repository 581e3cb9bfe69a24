using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using AfterSales.Video.Native.OpenSsl;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Rtc.Srtp;

namespace AfterSales.Video.Rtc.Dtls;

/// <summary>
/// One DTLS association without any I/O (RFC 5764, RFC 6347): datagrams go in, datagrams come out. Feed it only from an
/// ICE-validated address, which stands for the cookie. After every call take the outgoing datagrams and read
/// <see cref="State"/> and <see cref="NextTimeoutNs"/> again. Not thread-safe. Never throws on what a peer sends.
/// </summary>
public sealed class DtlsSession : IDisposable
{
    private const string ExporterLabel = "EXTRACTOR-dtls_srtp";
    private const int Sha256Bytes = 32;
    private const long NsPerTick = 100;

    /// <summary>No data channels are negotiated, so what arrives after the handshake is read only to be dropped.</summary>
    private readonly byte[] _scratch = new byte[2048];
    private readonly DtlsConnection _connection;
    private readonly DtlsOutgoing _outgoing = new();

    /// <param name="expectedRemote">From the SDP; a peer with another certificate is never connected.</param>
    /// <param name="srtpProfiles">In order of preference, at least one; as a server our order decides.</param>
    /// <exception cref="ArgumentException">The fingerprint is not SHA-256, or there is no profile.</exception>
    public DtlsSession(DtlsContext context, DtlsRole role, DtlsFingerprint expectedRemote, IReadOnlyList<SrtpProfile> srtpProfiles)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(expectedRemote);
        ArgumentNullException.ThrowIfNull(srtpProfiles);
        ArgumentOutOfRangeException.ThrowIfZero(srtpProfiles.Count, nameof(srtpProfiles));
        if (expectedRemote.Algorithm != "sha-256" || expectedRemote.Digest.Length != Sha256Bytes)
            throw new ArgumentException("Only sha-256 fingerprints are supported.", nameof(expectedRemote));
        Role = role;
        _connection = new DtlsConnection(
            context.Endpoint,
            role == DtlsRole.Server,
            expectedRemote.Digest.Span,
            string.Join(':', srtpProfiles.Select(OpenSslName)),
            DtlsContext.MaxDatagram,
            context.FirstTimeout,
            context.LongestTimeout);
    }

    public DtlsRole Role { get; }
    public DtlsState State { get; private set; }
    public DtlsFailure Failure { get; private set; }

    /// <summary>When <see cref="HandleTimeout"/> is due, on the clock of the <c>nowNs</c> arguments; null when no timer runs.</summary>
    public long? NextTimeoutNs { get; private set; }

    /// <summary>The profile both sides chose; null before <see cref="DtlsState.Connected"/>.</summary>
    public SrtpProfile? SrtpProfile { get; private set; }

    /// <summary>Client: makes the ClientHello. Server: only leaves <see cref="DtlsState.New"/>. Calling again does nothing.</summary>
    public void Start(long nowNs)
    {
        if (State != DtlsState.New)
            return;
        State = DtlsState.Handshaking;
        Advance(nowNs);
    }

    /// <summary>Takes one received datagram (first byte 20..63, RFC 7983). Starts a server by itself. Garbage changes nothing.</summary>
    public void Receive(ReadOnlySpan<byte> datagram, long nowNs)
    {
        Start(nowNs);
        if (datagram.IsEmpty || State is DtlsState.Failed or DtlsState.Closed)
            return;
        if (_connection.Write(datagram))
            Advance(nowNs);
    }

    /// <summary>
    /// Retransmits the last flight if it is due (100 ms, doubling); harmless when early. Due by OpenSSL's own clock, which is
    /// the system's: <paramref name="nowNs"/> is only what the next <see cref="NextTimeoutNs"/> counts from.
    /// </summary>
    public void HandleTimeout(long nowNs)
    {
        if (State != DtlsState.Handshaking)
            return;
        if (!_connection.HandleTimeout())
            Fail(DtlsFailure.Timeout);
        Collect(nowNs);
    }

    /// <summary>Copies the next datagram to send, at most <see cref="DtlsContext.MaxDatagram"/> bytes. False when there is none.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <see cref="DtlsContext.MaxDatagram"/>.</exception>
    public bool TryTakeOutgoing(Span<byte> destination, out int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, DtlsContext.MaxDatagram, nameof(destination));
        return _outgoing.TryTake(destination[..DtlsContext.MaxDatagram], out length);
    }

    /// <summary>The keys of both directions (RFC 5764 §4.2). False unless <see cref="DtlsState.Connected"/>.</summary>
    public bool TryExportSrtpKeys([NotNullWhen(true)] out SrtpKeys? keys)
    {
        keys = null;
        if (State != DtlsState.Connected || SrtpProfile is not { } profile)
            return false;
        var saltBytes = SrtpKeys.SaltBytes(profile);
        Span<byte> material = stackalloc byte[2 * (SrtpKeys.KeyBytes + saltBytes)];
        _connection.ExportKeyingMaterial(ExporterLabel, material);
        var clientKey = material[..SrtpKeys.KeyBytes];
        var serverKey = material.Slice(SrtpKeys.KeyBytes, SrtpKeys.KeyBytes);
        var clientSalt = material.Slice(2 * SrtpKeys.KeyBytes, saltBytes);
        var serverSalt = material[^saltBytes..];
        keys = Role == DtlsRole.Client
            ? new SrtpKeys(profile, clientKey, clientSalt, serverKey, serverSalt)
            : new SrtpKeys(profile, serverKey, serverSalt, clientKey, clientSalt);
        CryptographicOperations.ZeroMemory(material);
        return true;
    }

    /// <summary>Sends close_notify (take it with <see cref="TryTakeOutgoing"/>) and ends the session. Idempotent.</summary>
    public void Close()
    {
        if (State is DtlsState.Connected)
        {
            _connection.Shutdown();
            _outgoing.Collect(_connection);
        }
        NextTimeoutNs = null;
        if (State is not DtlsState.Failed)
            State = DtlsState.Closed;
    }

    /// <summary>Frees OpenSSL's memory without a word to the peer. Datagrams already made can still be taken.</summary>
    public void Dispose()
    {
        NextTimeoutNs = null;
        if (State is not DtlsState.Failed)
            State = DtlsState.Closed;
        _connection.Dispose();
    }

    private void Advance(long nowNs)
    {
        if (State == DtlsState.Handshaking)
            FinishHandshake(_connection.Handshake());
        if (State == DtlsState.Connected)
            Drain(_connection.DiscardInput(_scratch));
        Collect(nowNs);
    }

    private void FinishHandshake(DtlsStep step)
    {
        if (step is DtlsStep.Failed or DtlsStep.PeerClosed)
            Fail(_connection.SawUnexpectedCertificate ? DtlsFailure.FingerprintMismatch : DtlsFailure.Handshake);
        else if (step == DtlsStep.Done)
            Connect();
    }

    private void Connect()
    {
        if (!Enum.IsDefined((SrtpProfile)_connection.SrtpProfile))
        {
            _connection.Shutdown();
            Fail(DtlsFailure.NoSrtpProfile);
            return;
        }
        SrtpProfile = (SrtpProfile)_connection.SrtpProfile;
        State = DtlsState.Connected;
    }

    /// <summary>
    /// Only a farewell under the session's keys ends it. Should anything else ever put OpenSSL out of order, the media goes
    /// on: its keys are exported already, and whether the peer is still there is for ICE consent to say.
    /// </summary>
    private void Drain(DtlsStep step)
    {
        if (step == DtlsStep.PeerClosed)
            State = DtlsState.Closed;
    }

    private void Fail(DtlsFailure failure)
    {
        State = DtlsState.Failed;
        Failure = failure;
    }

    private void Collect(long nowNs)
    {
        _outgoing.Collect(_connection);
        NextTimeoutNs = State == DtlsState.Handshaking && _connection.TimeToTimeout is { } left
            ? nowNs + (left.Ticks * NsPerTick)
            : null;
    }

    private static string OpenSslName(SrtpProfile profile) => profile switch
    {
        Srtp.SrtpProfile.AeadAes128Gcm => "SRTP_AEAD_AES_128_GCM",
        Srtp.SrtpProfile.Aes128CmHmacSha1Tag80 => "SRTP_AES128_CM_SHA1_80",
        _ => throw new ArgumentOutOfRangeException(nameof(profile), profile, "Unknown SRTP profile."),
    };
}
