using AfterSales.Video.Rtc.Dtls;
using AfterSales.Video.Rtc.Srtp;

namespace AfterSales.Video.Rtc.Transport;

/// <summary>Whoever runs a <see cref="SecureTransport"/>: a server's peer or a client.</summary>
internal interface ISecureTransportOwner
{
    /// <summary>Where packets go now; none before ICE found a path.</summary>
    NetworkPath SendPath { get; }

    /// <summary>DTLS is done with the expected certificate; media can flow.</summary>
    void OnSecured();

    void OnSecureTransportEnded(PeerCloseReason reason);
}

/// <summary>DTLS and the SRTP keyed from it, over whatever path ICE has selected. Outlives changes of the path.</summary>
internal sealed class SecureTransport(MediaLoop loop, DtlsSession dtls, ISecureTransportOwner owner, PeerStatistics statistics) : IDisposable
{
    private SrtpSession? _srtp;
    private LoopTimer? _retransmit;
    private long _retransmitNs;
    private bool _isDisposed;

    public bool IsSecured => _srtp is not null;

    /// <summary>The client role says hello. Calling again does nothing.</summary>
    public void Start()
    {
        if (dtls.State != DtlsState.New || dtls.Role != DtlsRole.Client)
            return;
        dtls.Start(loop.NowNs);
        Pump();
    }

    public void ReceiveDtls(ReadOnlySpan<byte> datagram)
    {
        dtls.Receive(datagram, loop.NowNs);
        Pump();
    }

    /// <summary>Decrypts in place. False for anything that is not authentic and new; counted.</summary>
    public bool TryUnprotect(Span<byte> packet, bool isRtcp, out int length)
    {
        length = 0;
        var accepted = _srtp is not null
            && (isRtcp ? _srtp.TryUnprotectRtcp(packet, out length) : _srtp.TryUnprotectRtp(packet, out length));
        if (accepted)
        {
            statistics.PacketsReceived++;
            statistics.BytesReceived += packet.Length;
            return true;
        }

        statistics.PacketsRejected++;
        loop.Counters.DroppedSrtp++;
        return false;
    }

    public bool SendRtp(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        var path = owner.SendPath;
        var buffer = _srtp is null || path.IsNone ? default : path.Channel.Reserve();
        var fits = buffer.Length >= header.Length + payload.Length + SrtpSession.MaxRtpOverhead;
        return Commit(path, fits ? _srtp!.ProtectRtp(header, payload, buffer) : 0);
    }

    public bool SendRtcp(ReadOnlySpan<byte> packet)
    {
        var path = owner.SendPath;
        var buffer = _srtp is null || path.IsNone ? default : path.Channel.Reserve();
        var fits = buffer.Length >= packet.Length + SrtpSession.MaxRtcpOverhead;
        return Commit(path, fits ? _srtp!.ProtectRtcp(packet, buffer) : 0);
    }

    /// <summary>Says close_notify, once.</summary>
    public void Close()
    {
        if (_isDisposed)
            return;
        dtls.Close();
        SendPending();
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _retransmit?.Cancel();
        dtls.Dispose();
        _srtp?.Dispose();
    }

    private bool Commit(in NetworkPath path, int length)
    {
        if (length == 0)
        {
            statistics.PacketsDropped++;
            return false;
        }

        path.Channel.Commit(length, path);
        statistics.PacketsSent++;
        statistics.BytesSent += length;
        return true;
    }

    /// <summary>After every step of DTLS: send what it made, see how far it is, set its timer.</summary>
    private void Pump()
    {
        SendPending();
        if (dtls.State == DtlsState.Connected && _srtp is null && dtls.TryExportSrtpKeys(out var keys))
        {
            _srtp = new SrtpSession(keys);
            owner.OnSecured();
        }
        else if (dtls.State is DtlsState.Failed or DtlsState.Closed)
        {
            owner.OnSecureTransportEnded(ReasonOf(dtls));
        }

        if (!_isDisposed)
            SetRetransmitTimer();
    }

    private void SendPending()
    {
        var path = owner.SendPath;
        while (!path.IsNone)
        {
            var buffer = path.Channel.Reserve();
            if (buffer.Length < DtlsContext.MaxDatagram || !dtls.TryTakeOutgoing(buffer, out var length))
                return;
            path.Channel.Commit(length, path);
        }
    }

    private void SetRetransmitTimer()
    {
        var due = dtls.NextTimeoutNs ?? 0;
        if (due == _retransmitNs)
            return;
        _retransmit?.Cancel();
        _retransmitNs = due;
        _retransmit = due == 0
            ? null
            : loop.Schedule(TimeSpan.FromTicks(Math.Max(0, (due - loop.NowNs) / TimeSpan.NanosecondsPerTick)), Retransmit);
    }

    private void Retransmit()
    {
        _retransmitNs = 0;
        dtls.HandleTimeout(loop.NowNs);
        Pump();
    }

    private static PeerCloseReason ReasonOf(DtlsSession dtls) => (dtls.State, dtls.Failure) switch
    {
        (DtlsState.Closed, _) => PeerCloseReason.RemoteClosed,
        (_, DtlsFailure.FingerprintMismatch) => PeerCloseReason.FingerprintMismatch,
        _ => PeerCloseReason.DtlsFailed,
    };
}
