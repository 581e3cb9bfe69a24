using System.Net;
using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Ice;

namespace AfterSales.Video.Rtc.Transport;

/// <summary>One UDP socket. Receives and sends through the loop's shared batches.</summary>
internal sealed class UdpChannel : PacketChannel, IDisposable
{
    private readonly MediaLoop _loop;
    private readonly IPacketReceiver _receiver;

    /// <exception cref="NativeSocketException">The port is in use.</exception>
    public UdpChannel(MediaLoop loop, IPacketReceiver receiver, IPAddress address, ushort port, int bufferBytes)
    {
        (_loop, _receiver) = (loop, receiver);
        Socket = UdpSocket.Open(address, port, bufferBytes);
        LocalAddress = Socket.LocalAddress;
    }

    public UdpSocket Socket { get; }

    public TransportAddress LocalAddress { get; }

    public override bool IsTcp => false;

    public override void OnReady(PollEvents events)
    {
        var batch = _loop.ReceiveBatch;
        var count = batch.Receive(Socket, LocalAddress.Port);
        for (var i = 0; i < count && !IsClosed; i++)
        {
            var datagram = batch.Datagram(i);
            _loop.Counters.DatagramsReceived++;
            _loop.Counters.BytesReceived += datagram.Length;
            if (batch.IsTruncated(i))
                _loop.Counters.DroppedUnknown++;
            else
                _receiver.OnPacket(new NetworkPath(this, new IcePath(batch.Remote(i), batch.Local(i))), datagram);
        }
    }

    public override Span<byte> Reserve() => IsClosed ? default : _loop.ReserveDatagram(this);

    public override void Commit(int length, in NetworkPath path) => _loop.CommitDatagram(this, length, path);

    public override void Close()
    {
        if (IsClosed)
            return;
        IsClosed = true;
        _loop.Forget(this, Socket);
        Dispose();
    }

    public void Dispose() => Socket.Dispose();
}
