using System.Net;
using AfterSales.Video.Load.Content;
using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Client;
using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Sdp;

namespace AfterSales.Video.Load.Traffic;

/// <summary>Sends one participant's picture and voice, and a key frame to whoever asks.</summary>
internal sealed class LoadPublisher : IAsyncDisposable
{
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromSeconds(1);
    private readonly List<LoopTimer> _timers = [];
    private readonly TrafficMeter _meter;
    private RtcClient? _client;

    private LoadPublisher(TrafficMeter meter, string videoCodec) => (_meter, VideoCodec) = (meter, videoCodec);

    public string VideoCodec { get; }

    /// <summary>Null until connected. Loop thread only.</summary>
    public TrackSender? Video { get; private set; }

    /// <inheritdoc cref="Video"/>
    public TrackSender? Audio { get; private set; }

    /// <param name="negotiate">Carries the client's offer to the server and its answer back.</param>
    public static async Task<LoadPublisher> StartAsync(
        MediaLoop loop, IPAddress address, Clip video, Clip audio, TrafficMeter meter, Func<RtcClient, CancellationToken, Task> negotiate, CancellationToken ct)
    {
        var publisher = new LoadPublisher(meter, video.Codec);
        var client = publisher._client = await RtcClient.StartAsync(loop, new RtcClientOptions
        {
            Media = [new OfferedMedia("0", MediaKind.Audio, true, false), new OfferedMedia("1", MediaKind.Video, true, false) { Codecs = [video.Codec] }],
            LocalAddress = address,
            OnRtcp = publisher.OnRtcp,
        });
        try
        {
            await negotiate(client, ct);
            await client.WaitConnectedAsync(ct);
            await loop.InvokeAsync(() => publisher.Begin(video, audio));
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }

        return publisher;
    }

    public async ValueTask DisposeAsync()
    {
        await _client!.Loop.InvokeAsync(() => _timers.ForEach(timer => timer.Cancel()));
        await _client.DisposeAsync();
    }

    private void Begin(Clip video, Clip audio)
    {
        var transport = new TransportSequence();
        Audio = new TrackSender(_client!, 0, audio, transport, _meter);
        Video = new TrackSender(_client!, 1, video, transport, _meter);
        Play(Audio);
        Play(Video);
    }

    /// <summary>Each at a moment of its own: a hundred cameras do not take their pictures together.</summary>
    private void Play(TrackSender track)
    {
        var loop = _client!.Loop;
        _timers.Add(loop.Schedule(track.Period * Random.Shared.NextDouble(), () =>
        {
            track.Tick();
            track.Report();
            _timers.Add(loop.SchedulePeriodic(track.Period, track.Tick));
            _timers.Add(loop.SchedulePeriodic(ReportPeriod, track.Report));
        }));
    }

    private void OnRtcp(RtcClient client, long arrivalNs, ReadOnlySpan<byte> packet)
    {
        foreach (var part in new RtcpCompoundReader(packet))
        {
            if (Video is null || !AsksForKeyFrame(part, Video.Ssrc))
                continue;
            if (_meter.IsOpen)
                _meter.KeyFrameRequests++;
            Video.RestartClip();
        }
    }

    private static bool AsksForKeyFrame(in RtcpPacketView part, uint ssrc)
    {
        if (KeyFrameRequest.TryParsePli(part, out var media))
            return media == ssrc;
        return KeyFrameRequest.TryParseFir(part, out var entries) && entries > 0 && KeyFrameRequest.FirSourceAt(part, 0) == ssrc;
    }
}
