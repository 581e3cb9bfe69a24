using System.Diagnostics.Metrics;
using System.Net;
using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Dtls;
using AfterSales.Video.Server.Features.Signalling;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Sfu;
using AfterSales.Video.Sfu.Rooms;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Hosting;

/// <summary>The media loops of this process and the rooms on them; starts before the first request and ends after the last.</summary>
internal sealed partial class MediaNode(
    IOptions<MediaOptions> options, IServiceProvider services, IMeterFactory meters, TimeProvider time, ILogger<MediaNode> logger)
    : IMediaRooms, IRoomObserver, IHostedService, IDisposable
{
    private MediaLoop[] _loops = [];
    private DtlsContext? _identity;
    private SfuNode? _node;
    private LiveCalls? _calls;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _identity = new DtlsContext(DtlsCertificate.Create(time));
        for (var i = 0; i < options.Value.Loops; i++)
        {
            try
            {
                _loops = [.. _loops, MediaLoop.Start(LoopOptions(options.Value, i))];
            }
            catch (NativeSocketException refused)
            {
                await StopAsync(cancellationToken);
                throw new StartRefusedException($"{Ports(options.Value, i)} cannot be used ({refused.Message}): write another port, or 0 for a free one.");
            }

            Log.Started(logger, _loops[i].UdpPort ?? -1, _loops[i].TcpPort ?? -1);
        }

        _node = new SfuNode(_loops, new SfuOptions { Clock = time }, this);
        MediaLoopMetrics.Publish(meters.Create("aftersales.rtc"), _loops);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var loop in Interlocked.Exchange(ref _loops, []))
            await loop.DisposeAsync();
        Dispose();
    }

    /// <summary>The loops end with <see cref="StopAsync"/>; sessions hold on to what they need of the certificate.</summary>
    public void Dispose() => Interlocked.Exchange(ref _identity, null)?.Dispose();

    public Task<IRoom?> OpenAsync(string roomId, CancellationToken ct) => _node!.OpenRoomAsync(roomId, ct);

    public void OnRoomEvent(string roomId, RoomEvent roomEvent)
    {
        _calls ??= services.GetRequiredService<LiveCalls>();
        _calls.Find(roomId)?.OnRoomEvent(roomId, roomEvent);
    }

    private MediaLoopOptions LoopOptions(MediaOptions settings, int index) => new()
    {
        Name = index == 0 ? "media-loop" : $"media-loop-{index + 1}",
        BindAddress = IPAddress.Parse(settings.BindAddress),
        UdpPort = PortOf(settings.UdpPort, index),
        TcpPort = PortOf(settings.TcpPort, index),
        AdvertisedAddresses = settings.AdvertisedAddresses.Select(IPAddress.Parse).ToList(),
        DtlsContext = _identity,
        TimeProvider = time,
        OnFault = fault => Log.Fault(logger, fault),
    };

    /// <summary>A port for each loop: the kernel then brings every packet to the thread that owns its call, and nothing is handed over.</summary>
    private static int? PortOf(int first, int index) => first switch
    {
        < 0 => null,
        0 => 0,
        _ => first + index,
    };

    private static string Ports(MediaOptions settings, int index) => index == 0
        ? $"Media:UdpPort {settings.UdpPort} or Media:TcpPort {settings.TcpPort}"
        : $"UDP port {PortOf(settings.UdpPort, index)} or TCP port {PortOf(settings.TcpPort, index)} of Media:Loops {settings.Loops}";

    private static partial class Log
    {
        [LoggerMessage(1601, LogLevel.Information, "Media listens on UDP {UdpPort} and TCP {TcpPort}")]
        public static partial void Started(ILogger logger, int udpPort, int tcpPort);

        [LoggerMessage(1602, LogLevel.Error, "A fault on the media loop; the other calls go on")]
        public static partial void Fault(ILogger logger, Exception fault);
    }
}
