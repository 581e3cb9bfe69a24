using System.Diagnostics.Metrics;
using System.Net;
using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc;
using AfterSales.Video.Server.Features.Signalling;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Sfu;
using AfterSales.Video.Sfu.Rooms;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Hosting;

/// <summary>The media loop of this process and the rooms on it; starts before the first request and ends after the last.</summary>
internal sealed partial class MediaNode(
    IOptions<MediaOptions> options, IServiceProvider services, IMeterFactory meters, TimeProvider time, ILogger<MediaNode> logger)
    : IMediaRooms, IRoomObserver, IHostedService
{
    private MediaLoop? _loop;
    private SfuNode? _node;
    private LiveCalls? _calls;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _loop = MediaLoop.Start(LoopOptions(options.Value));
        }
        catch (NativeSocketException refused)
        {
            throw new StartRefusedException($"Media:UdpPort {options.Value.UdpPort} or Media:TcpPort {options.Value.TcpPort} cannot be used ({refused.Message}): write another port, or 0 for a free one.");
        }

        _node = new SfuNode([_loop], new SfuOptions { Clock = time }, this);
        MediaLoopMetrics.Publish(meters.Create("aftersales.rtc"), [_loop]);
        Log.Started(logger, _loop.UdpPort ?? -1, _loop.TcpPort ?? -1);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _loop, null) is { } loop)
            await loop.DisposeAsync();
    }

    public Task<IRoom?> OpenAsync(string roomId, CancellationToken ct) => _node!.OpenRoomAsync(roomId, ct);

    public void OnRoomEvent(string roomId, RoomEvent roomEvent)
    {
        _calls ??= services.GetRequiredService<LiveCalls>();
        _calls.Find(roomId)?.OnRoomEvent(roomId, roomEvent);
    }

    private MediaLoopOptions LoopOptions(MediaOptions settings) => new()
    {
        BindAddress = IPAddress.Parse(settings.BindAddress),
        UdpPort = settings.UdpPort < 0 ? null : settings.UdpPort,
        TcpPort = settings.TcpPort < 0 ? null : settings.TcpPort,
        AdvertisedAddresses = settings.AdvertisedAddresses.Select(IPAddress.Parse).ToList(),
        TimeProvider = time,
        OnFault = fault => Log.Fault(logger, fault),
    };

    private static partial class Log
    {
        [LoggerMessage(1601, LogLevel.Information, "Media listens on UDP {UdpPort} and TCP {TcpPort}")]
        public static partial void Started(ILogger logger, int udpPort, int tcpPort);

        [LoggerMessage(1602, LogLevel.Error, "A fault on the media loop; the other calls go on")]
        public static partial void Fault(ILogger logger, Exception fault);
    }
}
