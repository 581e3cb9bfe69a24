using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Dtls;
using AfterSales.Video.Rtc.Ice;
using AfterSales.Video.Rtc.Transport;

namespace AfterSales.Video.Rtc;

/// <summary>
/// One thread over epoll: receives a batch, works, runs timers and posted work, sends a batch. Sleeps when there is nothing
/// to do. A fault in a peer, a room or posted work ends that peer or that work, never the loop.
/// </summary>
public sealed class MediaLoop : IMediaLoop, IAsyncDisposable
{
    private const int MaxEvents = 64;
    private const long MaxSleepMs = 60_000;
    private readonly LoopClock _clock;
    private readonly LoopTimers _timers = new();
    private readonly CommandQueue _commands;
    private readonly EpollHandle _epoll = new(MaxEvents);
    private readonly Dictionary<ulong, LoopSource> _sources = [];
    private readonly List<TcpChannel> _unflushed = [];
    private readonly List<IBatchEndListener> _touched = [];
    private readonly HostCandidates _candidates;
    private readonly PeerDirectory _directory;
    private readonly DatagramSendBatch _sendBatch;
    private readonly Action _wake;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _ownsDtls;
    private Thread? _thread;
    private UdpChannel? _udp;
    private TcpListenerChannel? _tcp;
    private UdpChannel? _batchChannel;
    private readonly long _spacingNs;
    private ulong _nextToken = 1;
    private long _lastPacketsNs;
    private bool _isBusy;
    private volatile bool _isStopping;

    private MediaLoop(MediaLoopOptions options)
    {
        Options = options;
        _clock = new LoopClock(options.TimeProvider);
        _spacingNs = options.BatchSpacing.Ticks * TimeSpan.NanosecondsPerTick;
        _commands = new CommandQueue(options.CommandQueueCapacity);
        _wake = _commands.Wake;
        _candidates = new HostCandidates(options);
        _directory = new PeerDirectory(this);
        _sendBatch = new DatagramSendBatch(options.BatchSize);
        ReceiveBatch = new DatagramReceiveBatch(options.BatchSize);
        _ownsDtls = options.DtlsContext is null;
        Dtls = options.DtlsContext ?? new DtlsContext(DtlsCertificate.Create(options.TimeProvider));
        NowNs = _clock.NowNs;
    }

    public MediaLoopOptions Options { get; }

    public MediaLoopCounters Counters { get; } = new();

    /// <summary>The bound UDP port; null when UDP is off.</summary>
    public int? UdpPort => _udp?.LocalAddress.Port;

    /// <summary>The bound TCP port; null when TCP is off.</summary>
    public int? TcpPort => _tcp?.Port;

    public bool IsCurrent => Thread.CurrentThread == _thread;

    public long NowNs { get; private set; }

    /// <summary>Posted work not begun yet: a queue that stays long means the loop is overloaded.</summary>
    public int QueuedCommands => _commands.Count;

    internal DtlsContext Dtls { get; }

    internal DatagramReceiveBatch ReceiveBatch { get; }

    internal PeerDirectory Directory => _directory;

    /// <summary>Binds the sockets and starts the thread.</summary>
    /// <exception cref="NativeSocketException">A port is in use or an address is not there.</exception>
    public static MediaLoop Start(MediaLoopOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var loop = new MediaLoop(options);
        try
        {
            loop.Bind();
        }
        catch
        {
            loop.ReleaseAll();
            throw;
        }

        loop._thread = new Thread(loop.Run) { Name = options.Name, IsBackground = true };
        loop._thread.Start();
        return loop;
    }

    public bool TryPost(Action work) => _commands.TryPost(work);

    public LoopTimer Schedule(TimeSpan due, Action callback) => _timers.Add(NowNs, due, TimeSpan.Zero, callback);

    public LoopTimer SchedulePeriodic(TimeSpan period, Action callback) => _timers.Add(NowNs, period, period, callback);

    public IPeer CreatePeer(PeerOptions options, IPeerObserver observer)
    {
        Counters.PeersCreated++;
        return _directory.Create(options, observer);
    }

    /// <summary>Closes every peer (LoopStopped), sends what is queued and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        _commands.Complete();
        _commands.Wake();
        await _ended.Task;
    }

    internal IReadOnlyList<IceCandidate> LocalCandidates() => _candidates.Read(_udp?.LocalAddress.Port, _tcp?.Port, NowNs);

    /// <summary>Starts or changes what is polled for a source.</summary>
    internal void Watch(LoopSource source, SafeHandle descriptor, PollEvents events)
    {
        if (source.Token != 0)
        {
            _epoll.Change(descriptor, events, source.Token);
            return;
        }

        source.Token = _nextToken++;
        _sources.Add(source.Token, source);
        _epoll.Watch(descriptor, events, source.Token);
    }

    internal void Forget(LoopSource source, SafeHandle descriptor)
    {
        if (source is UdpChannel udp && ReferenceEquals(_batchChannel, udp))
            FlushDatagrams();
        if (_sources.Remove(source.Token))
            _epoll.Forget(descriptor);
    }

    internal Span<byte> ReserveDatagram(UdpChannel channel)
    {
        if (_sendBatch.IsFull || (_sendBatch.Count > 0 && !ReferenceEquals(_batchChannel, channel)))
            FlushDatagrams();
        return _sendBatch.Reserve();
    }

    internal void CommitDatagram(UdpChannel channel, int length, in NetworkPath path)
    {
        _batchChannel = channel;
        _sendBatch.Commit(channel.Socket, length, path.Ice.Remote, path.Ice.Local);
        Counters.DatagramsSent++;
        Counters.BytesSent += length;
    }

    internal void FlushAtBatchEnd(TcpChannel channel) => _unflushed.Add(channel);

    /// <summary>Asks for one <see cref="IBatchEndListener.OnBatchEnd"/> after this batch.</summary>
    internal void NotifyAtBatchEnd(IBatchEndListener listener) => _touched.Add(listener);

    internal void ReportFault(Exception fault)
    {
        Counters.Faults++;
        Options.OnFault?.Invoke(fault);
    }

    private void Bind()
    {
        var address = Options.BindAddress.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6 ? IPAddress.Any : Options.BindAddress;
        if (Options.UdpPort is { } udpPort)
        {
            _udp = new UdpChannel(this, _directory, address, (ushort)udpPort, Options.SocketBufferBytes);
            Watch(_udp, _udp.Socket, PollEvents.Readable);
        }

        if (Options.TcpPort is { } tcpPort)
        {
            _tcp = new TcpListenerChannel(this, _directory, address, (ushort)tcpPort);
            _tcp.Listen();
        }

        _epoll.Watch(_commands.Signal, PollEvents.Readable, 0);
    }

    private void Run()
    {
        while (!_isStopping)
            RunOnce();
        NowNs = _clock.NowNs;
        _directory.CloseAll();
        RunCommands(int.MaxValue);
        EndBatch();
        ReleaseAll();
        _ended.SetResult();
    }

    private void RunOnce()
    {
        if (_isBusy)
            _clock.PauseUntil(_lastPacketsNs + _spacingNs);
        var timeoutMs = _commands.Count > 0 ? 0 : _clock.SleepUntil(_timers.NextDueNs(), _wake, MaxSleepMs);
        var count = _epoll.Wait(timeoutMs);
        NowNs = _clock.NowNs;
        Counters.Iterations++;
        var received = Counters.DatagramsReceived;
        for (var i = 0; i < count; i++)
            Dispatch(_epoll.TokenOf(i), _epoll.EventsOf(i));
        Judge(Counters.DatagramsReceived != received);
        while (_timers.TryTakeDue(NowNs, out var timer))
            Guard(static state => ((LoopTimer)state).Fire(), timer);
        RunCommands(Options.BatchSize);
        EndBatch();
    }

    /// <summary>Busy: packets came twice within two spacings. A single call is served at once, a hundred are served together.</summary>
    private void Judge(bool received)
    {
        _isBusy = received && NowNs - _lastPacketsNs < 2 * _spacingNs;
        if (received)
            _lastPacketsNs = NowNs;
    }

    private void Dispatch(ulong token, PollEvents events)
    {
        if (token == 0)
            _commands.AcceptWake();
        else if (_sources.TryGetValue(token, out var source))
            Guard(events, source);
    }

    /// <summary>A batch at most, so that a flood of posts does not hold up the media.</summary>
    private void RunCommands(int limit)
    {
        for (var i = 0; i < limit && _commands.TryTake(out var work); i++)
            Guard(static state => ((Action)state)(), work);
    }

    private void EndBatch()
    {
        // A listener may touch further peers while it works: the list can grow.
        for (var i = 0; i < _touched.Count; i++)
            Guard(static state => ((IBatchEndListener)state).OnBatchEnd(), _touched[i]);
        _touched.Clear();
        for (var i = 0; i < _unflushed.Count; i++)
            Guard(static state => ((TcpChannel)state).Flush(), _unflushed[i]);
        _unflushed.Clear();
        FlushDatagrams();
    }

    private void FlushDatagrams()
    {
        if (_sendBatch.Count == 0)
            return;
        Counters.DroppedBySocket += _sendBatch.Flush(_batchChannel!.Socket);
        Counters.DatagramsJoined = _sendBatch.Joined;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The loop carries every call: one fault must not end the others.")]
    private void Guard(Action<object> action, object state)
    {
        try
        {
            action(state);
        }
        catch (Exception fault)
        {
            ReportFault(fault);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "As above.")]
    private void Guard(PollEvents events, LoopSource source)
    {
        try
        {
            source.OnReady(events);
        }
        catch (Exception fault)
        {
            ReportFault(fault);
        }
    }

    private void ReleaseAll()
    {
        foreach (var source in _sources.Values.ToArray())
            source.Close();
        _udp?.Dispose();
        _commands.Dispose();
        _clock.Dispose();
        _epoll.Dispose();
        if (_ownsDtls)
            Dtls.Dispose();
    }
}
