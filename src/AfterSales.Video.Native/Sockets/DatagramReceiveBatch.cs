using System.Runtime.InteropServices;

namespace AfterSales.Video.Native.Sockets;

/// <summary>
/// Pinned buffers for one recvmmsg call, allocated once. Spans are valid until the next <see cref="Receive"/>.
/// </summary>
public sealed unsafe class DatagramReceiveBatch
{
    /// <summary>Longer datagrams are cut and reported as truncated; no path of ours carries more than 1,500 bytes.</summary>
    public const int SlotBytes = 2048;

    private readonly byte[] _payload;
    private readonly byte[] _names;
    private readonly byte[] _control;
    private readonly IoVector[] _vectors;
    private readonly MessageSlot[] _messages;
    private ushort _localPort;

    public DatagramReceiveBatch(int capacity)
    {
        _payload = GC.AllocateUninitializedArray<byte>(capacity * SlotBytes, pinned: true);
        _names = GC.AllocateArray<byte>(capacity * SocketName.Capacity, pinned: true);
        _control = GC.AllocateArray<byte>(capacity * PacketInfo.Capacity, pinned: true);
        _vectors = GC.AllocateArray<IoVector>(capacity, pinned: true);
        _messages = GC.AllocateArray<MessageSlot>(capacity, pinned: true);
        for (var i = 0; i < capacity; i++)
        {
            _vectors[i].Base = Address(_payload) + (i * SlotBytes);
            _vectors[i].Length = SlotBytes;
            _messages[i].Name = Address(_names) + (i * SocketName.Capacity);
            _messages[i].Vectors = (IoVector*)Marshal.UnsafeAddrOfPinnedArrayElement(_vectors, i);
            _messages[i].VectorCount = 1;
            _messages[i].Control = Address(_control) + (i * PacketInfo.Capacity);
        }
    }

    public int Capacity => _messages.Length;

    /// <summary>Takes what is waiting, at most <see cref="Capacity"/> datagrams. Returns how many; 0 when there are none.</summary>
    public int Receive(UdpSocket socket, ushort localPort)
    {
        _localPort = localPort;
        for (var i = 0; i < _messages.Length; i++)
        {
            _messages[i].NameLength = SocketName.Capacity;
            _messages[i].ControlLength = PacketInfo.Capacity;
        }

        // An error left by ICMP or a signal is of no interest here: the next call goes on.
        var count = Libc.ReceiveMany(socket, First, (uint)_messages.Length, Libc.MessageDontWait, 0);
        return Math.Max(count, 0);
    }

    public Span<byte> Datagram(int index) => _payload.AsSpan(index * SlotBytes, (int)_messages[index].Transferred);

    public bool IsTruncated(int index) => (_messages[index].Flags & Libc.MessageTruncated) != 0;

    public TransportAddress Remote(int index) => SocketName.Read(_names.AsSpan(index * SocketName.Capacity, SocketName.Capacity));

    /// <summary>The address of this machine the datagram was sent to; unspecified when the kernel did not say.</summary>
    public TransportAddress Local(int index) =>
        PacketInfo.Read(_control.AsSpan(index * PacketInfo.Capacity, (int)_messages[index].ControlLength), _localPort);

    private MessageSlot* First => (MessageSlot*)Marshal.UnsafeAddrOfPinnedArrayElement(_messages, 0);

    private static byte* Address(byte[] pinned) => (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
}
