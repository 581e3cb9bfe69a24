using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Client;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.TestKit.Signalling;

namespace AfterSales.Video.Server.IntegrationTests.Support;

/// <summary>A page of a call with real media: it holds its place through the hub and speaks 50 Opus packets of silence a second until it is disposed of.</summary>
internal sealed class MediaPage : IAsyncDisposable
{
    private static readonly byte[] Silence = [0xF8, 0xFF, 0xFE];

    private readonly byte[] _header = new byte[12];
    private readonly JsonHubClient _hub;
    private readonly RtcClient _client;
    private LoopTimer? _timer;
    private ushort _sequence;
    private int _sent;

    private MediaPage(JsonHubClient hub, RtcClient client) => (_hub, _client) = (hub, client);

    public JsonHubClient Hub => _hub;
    public int Sent => Volatile.Read(ref _sent);

    /// <param name="callId">Empty for the buyer.</param>
    public static async Task<MediaPage> JoinAsync(MediaLoop loop, JsonHubClient hub, string callId)
    {
        await hub.InvokeAsync("Connect", new ConnectRequest(callId, null, 0));
        var client = await RtcClient.StartAsync(loop, new RtcClientOptions { Media = [new OfferedMedia("0", MediaKind.Audio, true, true)] });
        var answer = await hub.InvokeAsync<NegotiateResult>("Negotiate", new NegotiateRequest(await client.CreateOfferAsync()));
        Assert.True(answer.Code is null, $"{answer.Code} {answer.Detail}");
        await client.ApplyAnswerAsync(answer.Sdp!);
        await client.WaitConnectedAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        var page = new MediaPage(hub, client);
        page._timer = await loop.InvokeAsync(() => loop.SchedulePeriodic(TimeSpan.FromMilliseconds(20), page.Speak));
        return page;
    }

    public async Task SpokenAsync(int packets)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var wanted = Sent + packets;
        while (Sent < wanted)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.Loop.InvokeAsync(() =>
        {
            _timer?.Cancel();
            return true;
        });
        await _client.DisposeAsync();
        await _hub.DisposeAsync();
    }

    private void Speak()
    {
        (_header[0], _header[1]) = (0x80, 111);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(_header.AsSpan(2), _sequence);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(_header.AsSpan(4), _sequence++ * 960u);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(_header.AsSpan(8), _client.Media[0].Ssrc);
        _client.SendRtp(_header, Silence);
        Interlocked.Increment(ref _sent);
    }
}
