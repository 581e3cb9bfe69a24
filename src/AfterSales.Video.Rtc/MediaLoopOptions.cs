using System.Net;
using AfterSales.Video.Rtc.Dtls;

namespace AfterSales.Video.Rtc;

/// <summary>Where a media loop listens and what it bears. Every default works on a laptop and on a server.</summary>
public sealed record MediaLoopOptions
{
    /// <summary>IPv6Any serves IPv4 as well; on a machine without IPv6 it falls back to 0.0.0.0.</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.IPv6Any;

    /// <summary>One port for all calls, so that a firewall needs one rule. 0 takes a free one; null switches UDP off.</summary>
    public int? UdpPort { get; init; } = 40000;

    /// <summary>ICE-TCP for networks that block UDP. 0 takes a free one; null switches TCP off. The default is the UDP port.</summary>
    public int? TcpPort { get; init; } = 40000;

    /// <summary>
    /// Addresses to put into answers, for a server behind 1:1 NAT. Empty: every address of this host, loopback only when there
    /// is no other.
    /// </summary>
    public IReadOnlyList<IPAddress> AdvertisedAddresses { get; init; } = [];

    /// <summary>Posted work waiting at most: a full queue refuses the request instead of growing.</summary>
    public int CommandQueueCapacity { get; init; } = 4096;

    /// <summary>Datagrams per recvmmsg and sendmmsg: enough for a key frame, little enough to keep timers on time.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// While packets keep coming closer together than this, the loop looks for them only so often: waking up for each costs more than forwarding it. It is what
    /// a packet can be late by. Zero never waits.
    /// </summary>
    public TimeSpan BatchSpacing { get; init; } = TimeSpan.FromMilliseconds(0.5);

    /// <summary>Kernel socket buffer asked for: 4 MB hold 200 ms of 150 Mbit/s.</summary>
    public int SocketBufferBytes { get; init; } = 4 << 20;

    public int MaxTcpConnections { get; init; } = 1024;

    /// <summary>Connections that have not shown a valid STUN check; more are refused at accept.</summary>
    public int MaxUnprovenTcpConnections { get; init; } = 64;

    /// <summary>What may wait for a slow TCP client; beyond it packets are dropped, and without progress it is cut.</summary>
    public int TcpSendBufferBytes { get; init; } = 128 << 10;

    /// <summary>Without progress of a full send buffer, or without a valid STUN check after accept, a TCP client is cut.</summary>
    public TimeSpan TcpStallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The identity all peers of the process share; made on start when absent, and then owned by the loop.</summary>
    public DtlsContext? DtlsContext { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Hears of exceptions in peers, rooms and posted work, on the loop: the place to log them. Must not throw.</summary>
    public Action<Exception>? OnFault { get; init; }

    /// <summary>The thread's name in dumps and profilers.</summary>
    public string Name { get; init; } = "media-loop";
}
