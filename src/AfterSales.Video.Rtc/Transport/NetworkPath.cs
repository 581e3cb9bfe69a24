using AfterSales.Video.Rtc.Ice;

namespace AfterSales.Video.Rtc.Transport;

/// <summary>What ICE knows of a path, and the socket or TCP connection that carries it.</summary>
internal readonly record struct NetworkPath(PacketChannel Channel, IcePath Ice)
{
    public bool IsNone => Channel is null;
}
