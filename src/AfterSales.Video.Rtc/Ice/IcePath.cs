using AfterSales.Video.Native.Sockets;

namespace AfterSales.Video.Rtc.Ice;

public enum IceTransport : byte
{
    Udp,

    /// <summary>ICE-TCP (RFC 6544): we listen, frames of RFC 4571.</summary>
    Tcp,
}

/// <summary>Where a datagram came from and which address of ours it reached; answers go back the same way.</summary>
/// <param name="Remote">For TCP this also names the connection, which is unique on a listener.</param>
/// <param name="Local">The source of what we send; unspecified when the kernel may choose.</param>
/// <param name="Transport">UDP or TCP.</param>
public readonly record struct IcePath(TransportAddress Remote, TransportAddress Local, IceTransport Transport = IceTransport.Udp);
