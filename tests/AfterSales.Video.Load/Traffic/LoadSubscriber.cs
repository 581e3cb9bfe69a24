using System.Net;
using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Client;
using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Rtp;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Load.Traffic;

/// <summary>Receives the other side's picture and voice, checks every packet against what was sent, and reports back as a browser does.</summary>
internal sealed class LoadSubscriber : IAsyncDisposable
{
    private static readonly TimeSpan FeedbackPeriod = TimeSpan.FromMilliseconds(100);
    private const int FeedbacksPerReport = 10;
    private readonly TaskCompletionSource<long> _firstVideo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LoadPublisher _other;
    private readonly ReceptionReports _reports = new((uint)Random.Shared.NextInt64(1, uint.MaxValue));
    private readonly byte[] _rtcp = new byte[1200];
    private RtcClient? _client;
    private LoopTimer? _timer;
    private int _ticks;

    private LoadSubscriber(LoadPublisher other) => _other = other;

    /// <summary>The loop's clock at the first packet of picture.</summary>
    public Task<long> FirstVideo => _firstVideo.Task;

    /// <param name="negotiate">Carries the client's offer to the server and its answer back.</param>
    public static async Task<LoadSubscriber> StartAsync(MediaLoop loop, IPAddress address, LoadPublisher other, Func<RtcClient, CancellationToken, Task> negotiate, CancellationToken ct)
    {
        var subscriber = new LoadSubscriber(other);
        var options = new RtcClientOptions
        {
            Media = [new OfferedMedia("0", MediaKind.Audio, false, true), new OfferedMedia("1", MediaKind.Video, false, true) { Codecs = [other.VideoCodec] }],
            OnRtp = subscriber.OnRtp,
            LocalAddress = address,
            OnRtcp = subscriber.OnRtcp,
        };
        var client = subscriber._client = await RtcClient.StartAsync(loop, options);
        try
        {
            await negotiate(client, ct);
            await client.WaitConnectedAsync(ct);
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }

        subscriber._timer = await loop.InvokeAsync(() => loop.SchedulePeriodic(FeedbackPeriod, subscriber.Report));
        return subscriber;
    }

    public async ValueTask DisposeAsync()
    {
        await _client!.Loop.InvokeAsync(() => _timer?.Cancel());
        await _client.DisposeAsync();
    }

    private void OnRtp(RtcClient client, long arrivalNs, ReadOnlySpan<byte> packet)
    {
        if (!RtpPacketView.TryParse(packet, out var view) || SectionOf(client, view.PayloadType) is not { } section)
            return;
        _reports.OnPacket(view, section.Extensions.TransportWideCc, arrivalNs);
        var payload = view.Payload;
        var isRepair = view.PayloadType != section.Codecs[0].PayloadType;
        // A bandwidth probe: padding, or an old packet repeated as RTX. Neither is the original.
        if (payload.IsEmpty || isRepair)
            return;
        var isVideo = section.Kind == MediaKind.Video;
        if ((isVideo ? _other.Video : _other.Audio)?.Packets.Received(view.SequenceNumber, payload, arrivalNs) == true && isVideo)
            _firstVideo.TrySetResult(arrivalNs);
    }

    private void OnRtcp(RtcClient client, long arrivalNs, ReadOnlySpan<byte> packet)
    {
        foreach (var part in new RtcpCompoundReader(packet))
        {
            if (SenderReport.TryParse(part, out var report, out _))
                _reports.OnSenderReport(report, arrivalNs);
        }
    }

    private void Report()
    {
        var writer = new RtcpWriter(_rtcp);
        var hasReport = _ticks++ % FeedbacksPerReport == 0 && _reports.TryWriteReceiverReport(ref writer, _client!.Loop.NowNs);
        if (_reports.TryWriteTransportFeedback(ref writer) || hasReport)
            _client!.SendRtcp(writer.Written);
    }

    /// <summary>By payload type, which no two sections of our offers share.</summary>
    private static NegotiatedMedia? SectionOf(RtcClient client, byte payloadType)
    {
        var media = client.Session?.Media;
        for (var i = 0; i < media?.Count; i++)
        {
            foreach (var codec in media[i].Codecs)
            {
                if (codec.PayloadType == payloadType || codec.RtxPayloadType == payloadType)
                    return media[i];
            }
        }

        return null;
    }
}
