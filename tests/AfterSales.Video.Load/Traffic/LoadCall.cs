using System.Net;
using AfterSales.Video.Load.Content;
using AfterSales.Video.Load.Servers;
using AfterSales.Video.Rtc;

namespace AfterSales.Video.Load.Traffic;

/// <summary>Buyer and agent, each publishing and receiving: four transports.</summary>
internal sealed class LoadCall : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<IAsyncDisposable> _clients = [];
    private readonly ILoadRoom _room;
    private readonly IPAddress _address;

    private LoadCall(ILoadRoom room, IPAddress address) => (_room, _address) = (room, address);

    /// <summary>From the buyer's offer to the first packet of the buyer's picture at the agent: two negotiations, one after the other.</summary>
    public TimeSpan SetUp { get; private set; }

    public static async Task<LoadCall> StartAsync(ILoadServer server, MediaLoop loop, CallContent content, TrafficMeter meter, int number, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Patience);
        var call = new LoadCall(await server.OpenCallAsync(number, deadline.Token), server.ClientAddress);
        var (buyer, beganNs) = await call.PublishAsync(Roles.Buyer, loop, content.BuyerVideo, content.Audio, meter, deadline.Token);
        var agentSees = await call.SubscribeAsync(Roles.Agent, loop, buyer, deadline.Token);
        call.SetUp = TimeSpan.FromTicks((await agentSees.FirstVideo.WaitAsync(deadline.Token) - beganNs) / 100);
        var (agent, _) = await call.PublishAsync(Roles.Agent, loop, content.AgentVideo, content.Audio, meter, deadline.Token);
        var buyerSees = await call.SubscribeAsync(Roles.Buyer, loop, agent, deadline.Token);
        await buyerSees.FirstVideo.WaitAsync(deadline.Token);
        return call;
    }

    /// <summary>Ends the call in good order, which makes a recording hub work on it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _room.DisposeAsync();
        await LeaveAsync();
    }

    /// <summary>Closes the clients only: the server is about to be ended as well.</summary>
    public async Task LeaveAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
    }

    private async Task<(LoadPublisher Publisher, long BeganNs)> PublishAsync(string role, MediaLoop loop, Clip video, Clip audio, TrafficMeter meter, CancellationToken ct)
    {
        var beganNs = 0L;
        var publisher = await LoadPublisher.StartAsync(loop, _address, video, audio, meter, (client, token) =>
        {
            beganNs = TimeProvider.System.GetTimestamp();
            return _room.PublishAsync(role, client, token);
        }, ct);
        _clients.Add(publisher);
        return (publisher, beganNs);
    }

    private async Task<LoadSubscriber> SubscribeAsync(string role, MediaLoop loop, LoadPublisher other, CancellationToken ct)
    {
        var subscriber = await LoadSubscriber.StartAsync(loop, _address, other, (client, token) => _room.SubscribeAsync(role, client, token), ct);
        _clients.Add(subscriber);
        return subscriber;
    }
}
