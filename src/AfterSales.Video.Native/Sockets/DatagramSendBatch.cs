using System.Runtime.InteropServices;

namespace AfterSales.Video.Native.Sockets;

/// <summary>Pinned buffers for one sendmmsg call, allocated once: reserve a slot, write into it, commit, flush.</summary>
public sealed unsafe class DatagramSendBatch
{
    /// <summary>Room for any packet a browser sends (at most 1,500 bytes) plus SRTP trailer.</summary>
    public const int SlotBytes = 1600;

    private readonly byte[] _payload;
    private readonly byte[] _names;
    private readonly byte[] _control;
    private readonly IoVector[] _vectors;
    private readonly MessageSlot[] _messages;

    public DatagramSendBatch(int capacity)
    {
        _payload = GC.AllocateUninitializedArray<byte>(capacity * SlotBytes, pinned: true);
        _names = GC.AllocateArray<byte>(capacity * SocketName.Capacity, pinned: true);
        _control = GC.AllocateArray<byte>(capacity * PacketInfo.Capacity, pinned: true);
        _vectors = GC.AllocateArray<IoVector>(capacity, pinned: true);
        _messages = GC.AllocateArray<MessageSlot>(capacity, pinned: true);
        for (var i = 0; i < capacity; i++)
        {
            _vectors[i].Base = Address(_payload) + (i * SlotBytes);
            _messages[i].Name = Address(_names) + (i * SocketName.Capacity);
            _messages[i].Vectors = (IoVector*)Marshal.UnsafeAddrOfPinnedArrayElement(_vectors, i);
            _messages[i].VectorCount = 1;
        }
    }

    public int Count { get; private set; }

    public bool IsFull => Count == _messages.Length;

    /// <summary>The next free slot. Only when not full.</summary>
    public Span<byte> Reserve() => _payload.AsSpan(Count * SlotBytes, SlotBytes);

    /// <summary>Queues what was written into the reserved slot.</summary>
    /// <param name="local">Source address; unspecified lets the kernel choose.</param>
    public void Commit(UdpSocket socket, int length, TransportAddress remote, TransportAddress local)
    {
        var index = Count++;
        ref var message = ref _messages[index];
        _vectors[index].Length = (nuint)length;
        message.NameLength = (uint)SocketName.Write(_names.AsSpan(index * SocketName.Capacity), remote, socket.IsInet6);
        var control = PacketInfo.Write(_control.AsSpan(index * PacketInfo.Capacity), local, socket.IsInet6);
        message.Control = control == 0 ? null : Address(_control) + (index * PacketInfo.Capacity);
        message.ControlLength = (nuint)control;
    }

    /// <summary>
    /// Sends everything queued and empties the batch. A datagram the kernel refuses (no route, filtered) is left out; when
    /// the send buffer is full the rest, being the oldest media, is given up.
    /// </summary>
    /// <returns>How many datagrams were not sent.</returns>
    public int Flush(UdpSocket socket)
    {
        var (position, lost) = (0, 0);
        while (position < Count)
        {
            var sent = Libc.SendMany(socket, First + position, (uint)(Count - position), Libc.MessageDontWait | Libc.MessageNoSignal);
            if (sent > 0)
            {
                position += sent;
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == Libc.ErrorInterrupted)
                continue;
            if (error is Libc.ErrorAgain or Libc.ErrorNoBuffers)
            {
                lost += Count - position;
                break;
            }

            position++;
            lost++;
        }

        Count = 0;
        return lost;
    }

    private MessageSlot* First => (MessageSlot*)Marshal.UnsafeAddrOfPinnedArrayElement(_messages, 0);

    private static byte* Address(byte[] pinned) => (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
}
