using System.Net;
using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Ice;

namespace AfterSales.Video.Rtc.Transport;

/// <summary>
/// One ICE-TCP connection (RFC 6544) with RFC 4571 frames. What a slow reader does not take waits in a bounded buffer; when
/// that is full packets are dropped, and without progress the connection is cut.
/// </summary>
internal sealed class TcpChannel : PacketChannel
{
    private const int InitialSendBytes = 8 << 10;
    private const int MaxReadsPerEvent = 8;
    private readonly MediaLoop _loop;
    private readonly IPacketReceiver _receiver;
    private readonly TcpSocket _socket;
    private readonly NetworkPath _path;
    private readonly byte[] _received = new byte[8 << 10];
    private byte[] _pending = new byte[InitialSendBytes];
    private int _receivedCount;
    private int _head;
    private int _tail;
    private bool _isConnecting;
    private bool _waitsForWrite;
    private bool _isQueuedForFlush;
    private bool _hasStallTimer;
    private long _lastProgressNs;

    private TcpChannel(MediaLoop loop, IPacketReceiver receiver, TcpSocket socket, TransportAddress remote, bool isConnecting)
    {
        (_loop, _receiver, _socket, _isConnecting) = (loop, receiver, socket, isConnecting);
        _path = new NetworkPath(this, new IcePath(remote, socket.LocalAddress, IceTransport.Tcp));
        loop.Watch(this, socket, isConnecting ? PollEvents.Writable : PollEvents.Readable);
        loop.Schedule(loop.Options.TcpStallTimeout, CutUnlessProven);
    }

    public override bool IsTcp => true;

    public IcePath Path => _path.Ice;

    /// <summary>A valid check came over it: it belongs to somebody.</summary>
    public bool IsProven { get; private set; }

    /// <summary>Hears once that the connection stands; then checks can be sent.</summary>
    public Action? Connected { get; init; }

    /// <summary>Hears once that the connection is over.</summary>
    public Action<TcpChannel>? Ended { get; init; }

    public static TcpChannel Accept(MediaLoop loop, IPacketReceiver receiver, TcpSocket socket, TransportAddress remote, Action<TcpChannel> ended) =>
        new(loop, receiver, socket, remote, isConnecting: false) { Ended = ended };

    /// <exception cref="NativeSocketException">Refused at once.</exception>
    public static TcpChannel Connect(MediaLoop loop, IPacketReceiver receiver, IPEndPoint remote, Action connected) =>
        new(loop, receiver, TcpSocket.Connect(remote), TransportAddress.From(remote), isConnecting: true) { Connected = connected };

    public void MarkProven() => IsProven = true;

    public override void OnReady(PollEvents events)
    {
        if (_isConnecting && !FinishConnecting())
            return;
        if ((events & PollEvents.Writable) != PollEvents.None)
            Flush();
        if (!IsClosed && events != PollEvents.Writable)
            Read();
    }

    public override Span<byte> Reserve()
    {
        const int Needed = Rfc4571.HeaderLength + DatagramSendBatch.SlotBytes;
        if (IsClosed)
            return default;
        if (_pending.Length - _tail < Needed)
            MakeRoom(Needed);
        if (_pending.Length - _tail < Needed)
        {
            Flush(); // the kernel may take what a long batch has gathered
            MakeRoom(Needed);
        }

        if (!IsClosed && _pending.Length - _tail >= Needed)
            return _pending.AsSpan(_tail + Rfc4571.HeaderLength, DatagramSendBatch.SlotBytes);
        _loop.Counters.DroppedSlowTcp++;
        return default;
    }

    public override void Commit(int length, in NetworkPath path)
    {
        Rfc4571.WriteHeader(_pending.AsSpan(_tail), length);
        _tail += Rfc4571.HeaderLength + length;
        _loop.Counters.DatagramsSent++;
        _loop.Counters.BytesSent += length;
        if (_isQueuedForFlush)
            return;
        _isQueuedForFlush = true;
        _loop.FlushAtBatchEnd(this);
    }

    /// <summary>Hands what is pending to the kernel; the rest waits for the reader.</summary>
    public void Flush()
    {
        _isQueuedForFlush = false;
        if (IsClosed || _isConnecting)
            return;
        if (_head < _tail)
        {
            var sent = _socket.Send(_pending.AsSpan(_head, _tail - _head));
            if (sent < 0)
            {
                Close();
                return;
            }

            _head += sent;
            if (sent > 0)
                _lastProgressNs = _loop.NowNs;
        }

        if (_head == _tail)
            _head = _tail = 0;
        WaitForWrite(_tail > 0);
    }

    public override void Close()
    {
        if (IsClosed)
            return;
        IsClosed = true;
        if (_head < _tail && !_isConnecting)
            _socket.Send(_pending.AsSpan(_head, _tail - _head)); // a last word, if it goes out at once
        _loop.Forget(this, _socket);
        _socket.Dispose();
        Ended?.Invoke(this);
        _receiver.OnChannelClosed(this);
    }

    private bool FinishConnecting()
    {
        if (_socket.PendingError != 0)
        {
            Close();
            return false;
        }

        _isConnecting = false;
        _loop.Watch(this, _socket, PollEvents.Readable);
        Connected?.Invoke();
        return !IsClosed;
    }

    private void Read()
    {
        for (var i = 0; i < MaxReadsPerEvent && !IsClosed; i++)
        {
            var count = _socket.Receive(_received.AsSpan(_receivedCount));
            if (count < 0)
                Close();
            if (count <= 0)
                return;
            _receivedCount += count;
            TakeFrames();
        }
    }

    private void TakeFrames()
    {
        var position = 0;
        while (!IsClosed)
        {
            var status = Rfc4571.TryRead(_received.AsSpan(position, _receivedCount - position), out _, out var consumed);
            if (status == FrameReadStatus.Broken)
                Cut();
            if (status != FrameReadStatus.Frame)
                break;
            var frame = _received.AsSpan(position + Rfc4571.HeaderLength, consumed - Rfc4571.HeaderLength);
            position += consumed;
            _loop.Counters.DatagramsReceived++;
            _loop.Counters.BytesReceived += frame.Length;
            _receiver.OnPacket(_path, frame);
        }

        _receivedCount -= position;
        _received.AsSpan(position, _receivedCount).CopyTo(_received);
    }

    private void MakeRoom(int needed)
    {
        var length = _tail - _head;
        var limit = IsProven ? _loop.Options.TcpSendBufferBytes : InitialSendBytes;
        var target = _pending.Length - length < needed && _pending.Length < limit
            ? new byte[Math.Min(limit, _pending.Length * 2)]
            : _pending;
        _pending.AsSpan(_head, length).CopyTo(target);
        (_pending, _head, _tail) = (target, 0, length);
    }

    private void WaitForWrite(bool wait)
    {
        if (wait == _waitsForWrite)
            return;
        _waitsForWrite = wait;
        _loop.Watch(this, _socket, wait ? PollEvents.Readable | PollEvents.Writable : PollEvents.Readable);
        if (!wait)
            return;
        _lastProgressNs = _loop.NowNs;
        if (_hasStallTimer)
            return;
        _hasStallTimer = true;
        _loop.Schedule(_loop.Options.TcpStallTimeout, CutIfStalled);
    }

    private void CutIfStalled()
    {
        _hasStallTimer = false;
        if (IsClosed || !_waitsForWrite)
            return;
        var left = _loop.Options.TcpStallTimeout - TimeSpan.FromTicks((_loop.NowNs - _lastProgressNs) / TimeSpan.NanosecondsPerTick);
        if (left <= TimeSpan.Zero)
        {
            Cut();
            return;
        }

        _hasStallTimer = true;
        _loop.Schedule(left, CutIfStalled);
    }

    private void CutUnlessProven()
    {
        if (!IsClosed && !IsProven)
            Cut();
    }

    private void Cut()
    {
        _loop.Counters.TcpConnectionsCut++;
        Close();
    }
}
