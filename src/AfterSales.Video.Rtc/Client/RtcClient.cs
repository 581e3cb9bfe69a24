using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Dtls;
using AfterSales.Video.Rtc.Ice;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Rtc.Transport;

namespace AfterSales.Video.Rtc.Client;

/// <summary>
/// The browser's side of a transport: makes the offer, controls ICE, says hello in DTLS. For tests, interoperability and load.
/// Methods named Async may be called from anywhere; the others on the loop only.
/// </summary>
public sealed class RtcClient : IPacketReceiver, ISecureTransportOwner, IAsyncDisposable
{
    private const uint UdpPriority = (126u << 24) | (65535u << 8) | 255;
    private const uint TcpPriority = (90u << 24) | (6u << 21) | (8191u << 8) | 255;
    private readonly RtcClientOptions _options;
    private readonly LocalIdentity _identity = new();
    private readonly ClientSockets _sockets;
    private readonly IceControllingAgent _ice;
    private readonly byte[] _scratch = new byte[Stun.MaxMessageLength];
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action _pumpIce;
    private readonly List<OfferedMedia> _media;
    private IceParameters _credentials = IceCredentials.Generate();
    private SecureTransport? _secure;
    private LoopTimer? _iceTimer;
    private long _iceTimerNs = long.MaxValue;
    private long _version;

    private RtcClient(MediaLoop loop, RtcClientOptions options)
    {
        (Loop, _options) = (loop, options);
        _sockets = new ClientSockets(loop, options, this);
        _ice = new IceControllingAgent(_credentials, options.Random);
        _media = [.. options.Media.Select(WithSsrcs)];
        _pumpIce = OnIceTimer;
        if (!options.UseTcp)
            _ice.AddLocal(IceTransport.Udp, _sockets.OpenUdp(), UdpPriority);
    }

    public MediaLoop Loop { get; }

    public PeerState State { get; private set; }

    public PeerCloseReason CloseReason { get; private set; }

    /// <summary>The last answer as seen from this side; null before the first.</summary>
    public NegotiatedSession? Session { get; private set; }

    public PeerStatistics Statistics { get; } = new();

    /// <summary>With the SSRCs that were chosen.</summary>
    public IReadOnlyList<OfferedMedia> Media => _media;

    NetworkPath ISecureTransportOwner.SendPath => SendPath;

    internal NetworkPath SendPath { get; private set; }

    /// <summary>Opens the client's socket on a loop, its own or a shared one.</summary>
    public static Task<RtcClient> StartAsync(MediaLoop loop, RtcClientOptions options) => loop.InvokeAsync(() => new RtcClient(loop, options));

    public Task<string> CreateOfferAsync() => Loop.InvokeAsync(CreateOffer);

    /// <exception cref="InvalidOperationException">The answer cannot be used; the message holds the refusal's code.</exception>
    public Task ApplyAnswerAsync(string sdp) => Loop.InvokeAsync(() => ApplyAnswer(sdp));

    /// <summary>Done when media can flow.</summary>
    /// <exception cref="InvalidOperationException">The transport ended first; the message holds the close reason.</exception>
    public Task WaitConnectedAsync(CancellationToken ct) => _connected.Task.WaitAsync(ct);

    public string CreateOffer() => SdpOfferBuilder.Build(_media, Describe(), ++_version);

    public void ApplyAnswer(string sdp)
    {
        var result = SdpOfferBuilder.ApplyAnswer(_media, sdp);
        if (!result.Accepted)
            throw new InvalidOperationException($"The answer was refused: {result.Refusal!.Code} {result.Refusal.Detail}");
        var isNewGeneration = Session is null || Session.RemoteIce != result.Session!.RemoteIce;
        Session = result.Session!;
        if (_secure is null)
            PrepareDtls(Session);
        if (isNewGeneration)
            _ice.SetRemote(Session.RemoteIce, Loop.NowNs);
        foreach (var line in Session.RemoteCandidates)
            AddRemoteCandidate(line);
        PumpIce();
    }

    /// <summary>One more section for the next offer.</summary>
    public void AddMedia(OfferedMedia media) => _media.Add(WithSsrcs(media));

    /// <summary>New ICE credentials for the next offer; with <paramref name="newAddress"/> from a new socket, as after a change of network.</summary>
    public void RestartIce(bool newAddress)
    {
        _credentials = IceCredentials.Generate();
        _ice.Restart(_credentials);
        if (!newAddress)
            return;
        var local = _sockets.OpenUdp();
        _sockets.CloseOldUdp();
        _ice.AddLocal(IceTransport.Udp, local, UdpPriority);
    }

    /// <summary>Goes on from another port without ICE knowing, as when a NAT forgets its mapping.</summary>
    public void Rebind()
    {
        _sockets.Rebind();
        if (!SendPath.IsNone)
            Select(SendPath.Ice);
    }

    /// <summary>As <see cref="IPeer.SendRtp"/>.</summary>
    public bool SendRtp(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload) => _secure is not null && State == PeerState.Connected && _secure.SendRtp(header, payload);

    /// <summary>As <see cref="IPeer.SendRtcp"/>.</summary>
    public bool SendRtcp(ReadOnlySpan<byte> packet) => _secure is not null && State == PeerState.Connected && _secure.SendRtcp(packet);

    /// <summary>Says goodbye and closes the sockets. Idempotent.</summary>
    public void Close(PeerCloseReason reason)
    {
        if (State == PeerState.Closed)
            return;
        (State, CloseReason) = (PeerState.Closed, reason);
        _iceTimer?.Cancel();
        _secure?.Close();
        _secure?.Dispose();
        _sockets.CloseAll();
        _connected.TrySetException(new InvalidOperationException($"The transport ended: {reason}"));
        _ = _connected.Task.Exception; // observed here: not everybody waits for it
        _options.OnStateChanged?.Invoke(this, PeerState.Closed, reason);
    }

    /// <summary>Vanishes without a word, as a phone whose battery is empty.</summary>
    public void Vanish()
    {
        _sockets.CloseAll();
        SendPath = default;
        Close(PeerCloseReason.Requested);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Loop.InvokeAsync(() => Close(PeerCloseReason.Requested));
        }
        catch (MediaLoopBusyException)
        {
            // The loop has stopped and closed the sockets with it.
        }
    }

    void ISecureTransportOwner.OnSecured()
    {
        State = PeerState.Connected;
        _connected.TrySetResult();
        _options.OnStateChanged?.Invoke(this, PeerState.Connected, PeerCloseReason.None);
    }

    void ISecureTransportOwner.OnSecureTransportEnded(PeerCloseReason reason) => Close(reason);

    [SuppressMessage("Design", "CA1031", Justification = "A fault of one client ends that client only.")]
    void IPacketReceiver.OnPacket(in NetworkPath path, Span<byte> packet)
    {
        try
        {
            Receive(path with { Ice = _sockets.AsKnownToIce(path) }, packet);
        }
        catch (Exception fault)
        {
            Loop.ReportFault(fault);
            Close(PeerCloseReason.Faulted);
        }
    }

    void IPacketReceiver.OnChannelClosed(PacketChannel channel)
    {
        if (_options.UseTcp && State != PeerState.Closed)
            Close(PeerCloseReason.RemoteClosed);
    }

    private void Receive(in NetworkPath path, Span<byte> packet)
    {
        switch (PacketKinds.Of(packet))
        {
            case PacketKind.Stun:
                OnStun(path, packet);
                break;
            case PacketKind.Dtls:
                _secure?.ReceiveDtls(packet);
                break;
            case PacketKind.Rtp when _secure is not null && _secure.TryUnprotect(packet, isRtcp: false, out var length):
                _options.OnRtp?.Invoke(this, Loop.NowNs, packet[..length]);
                break;
            case PacketKind.Rtcp when _secure is not null && _secure.TryUnprotect(packet, isRtcp: true, out var length):
                _options.OnRtcp?.Invoke(this, Loop.NowNs, packet[..length]);
                break;
            default:
                Loop.Counters.DroppedUnknown++;
                break;
        }
    }

    private void OnStun(in NetworkPath path, ReadOnlySpan<byte> packet)
    {
        if (!_ice.HandleDatagram(packet, path.Ice, Loop.NowNs, _scratch, out var length))
            return;
        if (length > 0)
            Send(path.Ice, length);
        PumpIce();
    }

    private void OnIceTimer()
    {
        _iceTimerNs = long.MaxValue;
        PumpIce();
    }

    /// <summary>Sends the checks that are due, follows the selected path, sets the timer for the next.</summary>
    private void PumpIce()
    {
        while (State != PeerState.Closed && _ice.TryTakeOutgoing(Loop.NowNs, _scratch, out var length, out var path))
            Send(path, length);
        if (_ice.HasSelectedPath && (SendPath.IsNone || SendPath.Ice != _ice.SelectedPath))
            Select(_ice.SelectedPath);
        if (_ice.State == IceAgentState.Failed && State != PeerState.Closed)
            Close(State == PeerState.Connected ? PeerCloseReason.ConsentExpired : PeerCloseReason.ConnectTimeout);
        if (State != PeerState.Closed)
            SetIceTimer();
    }

    private void SetIceTimer()
    {
        var due = _ice.NextDueNs;
        if (due == _iceTimerNs)
            return;
        _iceTimer?.Cancel();
        _iceTimerNs = due;
        if (due != long.MaxValue)
            _iceTimer = Loop.Schedule(TimeSpan.FromTicks((Math.Max(0, due - Loop.NowNs) / TimeSpan.NanosecondsPerTick) + 1), _pumpIce);
    }

    private void Select(in IcePath path)
    {
        if (_sockets.Find(path) is not { } channel)
            return;
        SendPath = new NetworkPath(channel, path);
        Statistics.TransportProtocol = channel.IsTcp ? "tcp" : "udp";
        _secure?.Start();
    }

    private void Send(in IcePath path, int length)
    {
        var channel = _sockets.Find(path);
        var buffer = channel is null ? default : channel.Reserve();
        if (buffer.Length < length)
            return;
        _scratch.AsSpan(0, length).CopyTo(buffer);
        channel!.Commit(length, new NetworkPath(channel, path));
    }

    private void PrepareDtls(NegotiatedSession session)
    {
        var role = session.RemoteIsDtlsClient ? DtlsRole.Server : DtlsRole.Client;
        var dtls = new DtlsSession(_options.DtlsContext ?? Loop.Dtls, role, session.RemoteFingerprint, _options.SrtpProfiles);
        _secure = new SecureTransport(Loop, dtls, this, Statistics);
        State = PeerState.Connecting;
    }

    private void AddRemoteCandidate(string line)
    {
        if (!IceCandidate.TryParse(line, out var candidate) || !candidate!.HasAddress)
            return;
        if (!_options.UseTcp && candidate.Transport == IceTransport.Udp)
            _ice.AddRemoteCandidate(candidate, Loop.NowNs);
        else if (_options.UseTcp && candidate.TcpType == IceTcpType.Passive && SendPath.IsNone)
            _sockets.ConnectTcp(candidate.Address.ToEndPoint(), local => OnTcpConnected(local, candidate));
    }

    private void OnTcpConnected(in TransportAddress local, IceCandidate candidate)
    {
        _ice.AddLocal(IceTransport.Tcp, local, TcpPriority);
        _ice.AddRemoteCandidate(candidate, Loop.NowNs);
        PumpIce();
    }

    private LocalTransport Describe() => _identity.Describe(Loop, _credentials) with
    {
        Candidates = [],
        Fingerprint = (_options.DtlsContext ?? Loop.Dtls).Certificate.Fingerprint,
    };

    private static OfferedMedia WithSsrcs(OfferedMedia media) => !media.Sends ? media : media with
    {
        Ssrc = media.Ssrc != 0 ? media.Ssrc : (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue),
        RtxSsrc = media.RtxSsrc != 0 || media.Kind == MediaKind.Audio ? media.RtxSsrc : (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue),
    };
}
