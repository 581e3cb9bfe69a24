using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using AfterSales.Video.Rtc.Dtls;
using AfterSales.Video.Rtc.Ice;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Rtc.Transport;

namespace AfterSales.Video.Rtc;

/// <summary>
/// The server's end of one transport: ICE-lite, DTLS, SRTP, over any path the remote side nominates.
/// </summary>
/// <remarks>
/// Consent (RFC 7675): a lite agent sends no checks (RFC 8445 §6.2), so it cannot ask for consent itself. What stands for it is
/// the remote side's own checks, which carry our password in their MESSAGE-INTEGRITY: who keeps sending them on the selected
/// path wants our media there. RFC 7675 makes the remote (full) side send one every 4 to 6 s. None for 30 s: we stop sending.
/// </remarks>
internal sealed class PeerConnection : IPeer, IBatchEndListener, ISecureTransportOwner, IDisposable
{
    private readonly MediaLoop _loop;
    private readonly PeerOptions _options;
    private readonly IPeerObserver _observer;
    private readonly IceLiteAgent _ice = new();
    private readonly PeerPaths _paths;
    private readonly PeerLiveness _liveness;
    private readonly LocalIdentity _identity = new();
    private readonly Action _checkLiveness;
    private SecureTransport? _secure;
    private LoopTimer? _timer;
    private bool _isInBatch;

    public PeerConnection(MediaLoop loop, PeerOptions options, IPeerObserver observer)
    {
        (_loop, _options, _observer) = (loop, options, observer);
        _paths = new PeerPaths(loop.Directory, this, _ice);
        _liveness = new PeerLiveness();
        _checkLiveness = CheckLiveness;
    }

    public PeerState State { get; private set; }

    public NegotiatedSession? Session { get; private set; }

    public PeerStatistics Statistics { get; } = new();

    public DtlsFingerprint LocalFingerprint => _loop.Dtls.Certificate.Fingerprint;

    public NetworkPath SendPath => _paths.Send;

    /// <summary>Something valid came lately: its addresses are its own.</summary>
    internal bool IsHeard => State != PeerState.Closed && _liveness.IsHeard(_loop.NowNs);

    public NegotiationResult AcceptOffer(string offerSdp, MediaPolicy policy)
    {
        if (State == PeerState.Closed)
            return NegotiationResult.Refused("peer.closed", "The transport has ended; make a new one.");
        if (!SdpOffer.TryParse(offerSdp, out var offer, out var refusal))
            return NegotiationResult.Refused(refusal!.Code, refusal.Detail);
        if (Session is not null && !IsSameCertificate(Session.RemoteFingerprint, offer!.Fingerprint))
            return NegotiationResult.Refused("sdp.fingerprint_changed", "A transport keeps its certificate; make a new one.");

        var isNewGeneration = Session is null || offer!.IsIceRestart(Session);
        var credentials = isNewGeneration ? IceCredentials.Generate() : _ice.Local!;
        var result = SdpNegotiator.Answer(offer!, policy, _identity.Describe(_loop, credentials), Session);
        if (result.Accepted)
            Apply(result.Session!, isNewGeneration ? credentials : null);
        return result;
    }

    public bool SendRtp(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload) => MaySend() && _secure!.SendRtp(header, payload);

    public bool SendRtcp(ReadOnlySpan<byte> packet) => MaySend() && _secure!.SendRtcp(packet);

    public void Close(PeerCloseReason reason)
    {
        if (State == PeerState.Closed)
            return;
        State = PeerState.Closed;
        _timer?.Cancel();
        if (_liveness.HasConsent(_loop.NowNs))
            _secure?.Close();
        _secure?.Dispose();
        _paths.Clear();
        _loop.Directory.Remove(this);
        _loop.Counters.PeersClosed++;
        _observer.OnStateChanged(this, PeerState.Closed, reason);
    }

    public void Dispose() => Close(PeerCloseReason.LoopStopped);

    public void OnBatchEnd()
    {
        _isInBatch = false;
        if (State == PeerState.Closed)
            return;
        try
        {
            _observer.OnBatchEnd(this);
        }
        catch
        {
            Close(PeerCloseReason.Faulted);
            throw;
        }
    }

    public void OnSecured() => SetConnectedWhenReady();

    public void OnSecureTransportEnded(PeerCloseReason reason) => Close(reason);

    internal void OnStun(in NetworkPath path, ReadOnlySpan<byte> datagram)
    {
        var response = path.Channel.Reserve();
        if (response.Length < Stun.MaxMessageLength)
            return;
        var now = _loop.NowNs;
        var outcome = _ice.HandleDatagram(datagram, path.Ice, now, response, out var length);
        if (outcome == IceCheckOutcome.Ignored)
        {
            _loop.Counters.DroppedStunUnauthenticated++;
            return;
        }

        path.Channel.Commit(length, path);
        if (!_ice.IsValidated(path.Ice))
            return; // refused with an error response: proves the password, validates nothing
        _paths.OnCheck(path, outcome);
        if (_ice.HasSelectedPath && _ice.SelectedPath == path.Ice)
            _liveness.ExtendConsent(now);
        if (outcome == IceCheckOutcome.Selected)
            OnSelected(path);
        Heard();
    }

    internal void OnPacket(PacketKind kind, in NetworkPath path, Span<byte> packet)
    {
        if (!_ice.IsValidated(path.Ice) || _secure is null)
            _loop.Counters.DroppedUnvalidated++;
        else if (kind == PacketKind.Dtls)
            OnDtls(path, packet);
        else
            OnMedia(packet, isRtcp: kind == PacketKind.Rtcp);
    }

    internal void OnPathLost(in IcePath path) => _paths.OnLost(path);

    private void OnDtls(in NetworkPath path, ReadOnlySpan<byte> packet)
    {
        // Before the nomination the handshake goes back where it came from: a valid pair may be used (RFC 8445 §12.1.1).
        _paths.UseUntilNominated(path);
        _secure!.ReceiveDtls(packet);
    }

    private void OnMedia(Span<byte> packet, bool isRtcp)
    {
        if (!_secure!.TryUnprotect(packet, isRtcp, out var length))
            return;
        Heard();
        if (State == PeerState.Closed)
            return;
        if (!_isInBatch)
        {
            _isInBatch = true;
            _loop.NotifyAtBatchEnd(this);
        }

        if (isRtcp)
            _observer.OnRtcp(this, _loop.NowNs, packet[..length]);
        else
            _observer.OnRtp(this, _loop.NowNs, packet[..length]);
    }

    private void Apply(NegotiatedSession session, IceParameters? newCredentials)
    {
        var isFirst = Session is null;
        Session = session;
        if (newCredentials is not null)
        {
            _ice.Begin(newCredentials, session.RemoteIce, _loop.NowNs);
            _paths.OnGenerationsChanged();
            _liveness.OnRestart(_loop.NowNs);
        }

        if (isFirst)
            Connect(session);
        SetTimer();
    }

    private void Connect(NegotiatedSession session)
    {
        var role = session.RemoteIsDtlsClient ? DtlsRole.Server : DtlsRole.Client;
        var dtls = new DtlsSession(_loop.Dtls, role, session.RemoteFingerprint, _options.SrtpProfiles);
        _secure = new SecureTransport(_loop, dtls, this, Statistics);
        SetState(PeerState.Connecting);
    }

    private void OnSelected(in NetworkPath path)
    {
        Statistics.TransportProtocol = path.Channel.IsTcp ? "tcp" : "udp";
        _secure?.Start();
        SetConnectedWhenReady();
    }

    private void SetConnectedWhenReady()
    {
        if (State != PeerState.Connecting || _secure is not { IsSecured: true } || !_ice.HasSelectedPath)
            return;
        _liveness.OnHeard(_loop.NowNs);
        SetState(PeerState.Connected);
        SetTimer();
    }

    private bool MaySend()
    {
        if (State is PeerState.Connected or PeerState.Interrupted && _liveness.HasConsent(_loop.NowNs))
            return true;
        Statistics.PacketsDropped++;
        return false;
    }

    private void Heard()
    {
        _liveness.OnHeard(_loop.NowNs);
        if (State != PeerState.Interrupted)
            return;
        SetState(PeerState.Connected);
        SetTimer();
    }

    private void CheckLiveness()
    {
        var now = _loop.NowNs;
        _ice.Expire(now);
        _paths.OnGenerationsChanged();
        switch (_liveness.Judge(State, now))
        {
            case PeerVerdict.Interrupted:
                SetState(PeerState.Interrupted);
                break;
            case PeerVerdict.ConnectTimeout:
                Close(PeerCloseReason.ConnectTimeout);
                break;
            case PeerVerdict.ConsentExpired:
                Close(PeerCloseReason.ConsentExpired);
                break;
            default:
                break;
        }

        SetTimer();
    }

    private void SetTimer()
    {
        _timer?.Cancel();
        if (State == PeerState.Closed)
            return;
        var left = _liveness.NextJudgementNs(State, _ice.PreviousUfragKey != 0, _loop.NowNs) - _loop.NowNs;
        _timer = _loop.Schedule(TimeSpan.FromTicks(Math.Max(0, left) / TimeSpan.NanosecondsPerTick), _checkLiveness);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A fault of an observer ends its peer, not the loop.")]
    private void SetState(PeerState state)
    {
        State = state;
        try
        {
            _observer.OnStateChanged(this, state, PeerCloseReason.None);
        }
        catch (Exception fault)
        {
            _loop.ReportFault(fault);
            Close(PeerCloseReason.Faulted);
        }
    }

    private static bool IsSameCertificate(DtlsFingerprint before, DtlsFingerprint now) =>
        CryptographicOperations.FixedTimeEquals(before.Digest.Span, now.Digest.Span);
}
