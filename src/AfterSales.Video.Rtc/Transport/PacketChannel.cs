using AfterSales.Video.Native.Sockets;

namespace AfterSales.Video.Rtc.Transport;

/// <summary>Something the loop polls. Loop thread only.</summary>
internal abstract class LoopSource
{
    /// <summary>Given by the loop; never reused, so an event for a closed source finds nobody.</summary>
    public ulong Token { get; set; }

    public abstract void OnReady(PollEvents events);

    public abstract void Close();
}

/// <summary>Carries packets, each whole or not at all: a UDP socket or one framed TCP connection.</summary>
internal abstract class PacketChannel : LoopSource
{
    public abstract bool IsTcp { get; }

    public bool IsClosed { get; protected set; }

    /// <summary>Space for one outgoing packet; empty when the channel can take none. Written to, then committed or left alone.</summary>
    public abstract Span<byte> Reserve();

    /// <summary>Queues what was written into the reserved space; it leaves at the end of the batch.</summary>
    public abstract void Commit(int length, in NetworkPath path);
}

/// <summary>Takes what a channel received. Called on the loop; the span may be written to and is valid during the call.</summary>
internal interface IPacketReceiver
{
    void OnPacket(in NetworkPath path, Span<byte> packet);

    /// <summary>A TCP connection ended; its paths are dead.</summary>
    void OnChannelClosed(PacketChannel channel);
}
