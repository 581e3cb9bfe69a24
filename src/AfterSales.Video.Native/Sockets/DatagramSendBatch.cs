using System.Runtime.InteropServices;

namespace AfterSales.Video.Native.Sockets;

/// <summary>
/// Pinned buffers for one sendmmsg call, allocated once: reserve a slot, write into it, commit, flush. Datagrams of one length to one place that follow each other,
/// as those of a picture do, go through the kernel as one (UDP_SEGMENT, Linux 4.18) and leave it as they were.
/// </summary>
public sealed unsafe class DatagramSendBatch
{
    /// <summary>Room for any packet a browser sends (at most 1,500 bytes) plus SRTP trailer.</summary>
    public const int SlotBytes = 1600;

    /// <summary>UDP_MAX_SEGMENTS of the kernels that had it first.</summary>
    private const int MaxSegments = 64;

    /// <summary>What fits in an IPv4 or IPv6 datagram, with room for headers.</summary>
    private const int MaxRunBytes = 64_000;

    /// <summary>In a row, then it is not tried any more: an old kernel, or a device that cannot.</summary>
    private const int MaxRefusals = 16;

    private readonly byte[] _payload;
    private readonly byte[] _names;
    private readonly byte[] _control;
    private readonly IoVector[] _vectors;
    private readonly MessageSlot[] _messages;
    private readonly bool _joins;
    private TransportAddress _lastRemote;
    private TransportAddress _lastLocal;
    private int _messageCount;
    private int _runBytes;
    private int _segmentLength;
    private int _refusals;

    /// <param name="capacity">Datagrams.</param>
    /// <param name="joins">False: every datagram goes through the kernel by itself.</param>
    public DatagramSendBatch(int capacity, bool joins = true)
    {
        _joins = joins;
        _payload = GC.AllocateUninitializedArray<byte>(capacity * SlotBytes, pinned: true);
        _names = GC.AllocateArray<byte>(capacity * SocketName.Capacity, pinned: true);
        _control = GC.AllocateArray<byte>(capacity * PacketInfo.Capacity, pinned: true);
        _vectors = GC.AllocateArray<IoVector>(capacity, pinned: true);
        _messages = GC.AllocateArray<MessageSlot>(capacity, pinned: true);
        for (var i = 0; i < capacity; i++)
        {
            _vectors[i].Base = Address(_payload) + (i * SlotBytes);
            _messages[i].Name = Address(_names) + (i * SocketName.Capacity);
        }
    }

    public int Count { get; private set; }

    public bool IsFull => Count == _messages.Length;

    /// <summary>Datagrams that went through the kernel joined to another one.</summary>
    public long Joined { get; private set; }

    /// <summary>The next free slot. Only when not full.</summary>
    public Span<byte> Reserve() => _payload.AsSpan(Count * SlotBytes, SlotBytes);

    /// <summary>Queues what was written into the reserved slot.</summary>
    /// <param name="local">Source address; unspecified lets the kernel choose.</param>
    public void Commit(UdpSocket socket, int length, TransportAddress remote, TransportAddress local)
    {
        var index = Count++;
        _vectors[index].Length = (nuint)length;
        if (CanJoin(length, remote, local))
        {
            Join(length);
            return;
        }

        var at = _messageCount++;
        ref var message = ref _messages[at];
        message.Vectors = (IoVector*)Marshal.UnsafeAddrOfPinnedArrayElement(_vectors, index);
        message.VectorCount = 1;
        message.NameLength = (uint)SocketName.Write(_names.AsSpan(at * SocketName.Capacity), remote, socket.IsInet6);
        message.Control = Address(_control) + (at * PacketInfo.Capacity);
        message.ControlLength = (nuint)PacketInfo.Write(_control.AsSpan(at * PacketInfo.Capacity), local, socket.IsInet6);
        (_lastRemote, _lastLocal, _segmentLength, _runBytes) = (remote, local, length, length);
    }

    /// <summary>
    /// Sends everything queued and empties the batch. A datagram the kernel refuses (no route, filtered) is left out; when
    /// the send buffer is full the rest, being the oldest media, is given up.
    /// </summary>
    /// <returns>How many datagrams were not sent.</returns>
    public int Flush(UdpSocket socket)
    {
        var (position, lost) = (0, 0);
        while (position < _messageCount)
        {
            var sent = Libc.SendMany(socket, First + position, (uint)(_messageCount - position), Libc.MessageDontWait | Libc.MessageNoSignal);
            if (sent > 0)
            {
                Note(position, sent);
                position += sent;
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == Libc.ErrorInterrupted)
                continue;
            if (error is Libc.ErrorAgain or Libc.ErrorNoBuffers)
            {
                lost += CountFrom(position);
                break;
            }

            lost += SendApart(socket, ref _messages[position++]);
        }

        (Count, _messageCount, _segmentLength) = (0, 0, 0);
        return lost;
    }

    private MessageSlot* First => (MessageSlot*)Marshal.UnsafeAddrOfPinnedArrayElement(_messages, 0);

    /// <summary>All of a run but its last are of one length; a shorter one ends it.</summary>
    private bool CanJoin(int length, in TransportAddress remote, in TransportAddress local) =>
        _joins && _messageCount > 0 && length > 0 && length <= _segmentLength && _runBytes % _segmentLength == 0 && _runBytes + length <= MaxRunBytes && _refusals < MaxRefusals
        && _messages[_messageCount - 1].VectorCount < MaxSegments && remote == _lastRemote && local == _lastLocal;

    private void Join(int length)
    {
        ref var message = ref _messages[_messageCount - 1];
        if (message.VectorCount++ == 1)
        {
            var used = (int)message.ControlLength;
            message.ControlLength += (nuint)PacketInfo.WriteSegmentLength(_control.AsSpan(((_messageCount - 1) * PacketInfo.Capacity) + used), _segmentLength);
        }

        _runBytes += length;
    }

    private void Note(int position, int sent)
    {
        for (var i = position; i < position + sent; i++)
        {
            if (_messages[i].VectorCount == 1)
                continue;
            Joined += (long)_messages[i].VectorCount - 1;
            _refusals = 0;
        }
    }

    private int CountFrom(int position)
    {
        var count = 0;
        for (var i = position; i < _messageCount; i++)
            count += (int)_messages[i].VectorCount;
        return count;
    }

    /// <summary>The kernel refused this message. If it was a run, its datagrams are sent each by itself, as if they had never been joined.</summary>
    /// <returns>How many of it were not sent.</returns>
    private int SendApart(UdpSocket socket, ref MessageSlot run)
    {
        if (run.VectorCount == 1)
            return 1;
        _refusals++;
        var (lost, one) = (0, run);
        one.VectorCount = 1;
        one.ControlLength -= PacketInfo.SegmentLengthBytes;
        for (nuint i = 0; i < run.VectorCount; i++)
        {
            one.Vectors = run.Vectors + i;
            lost += Libc.SendMany(socket, &one, 1, Libc.MessageDontWait | Libc.MessageNoSignal) == 1 ? 0 : 1;
        }

        return lost;
    }

    private static byte* Address(byte[] pinned) => (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
}
