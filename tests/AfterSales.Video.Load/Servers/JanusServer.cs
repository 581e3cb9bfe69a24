using System.Net;
using System.Text.Json.Nodes;
using AfterSales.Video.Rtc.Client;

namespace AfterSales.Video.Load.Servers;

/// <summary>Janus' VideoRoom: a room for each call, both sides publish and subscribe, everything is recorded into .mjr files.</summary>
internal sealed class JanusServer : ILoadServer
{
    /// <summary>JANUS_VIDEOROOM_ERROR_NO_SUCH_FEED.</summary>
    private const int NoSuchFeed = 428;
    private readonly JanusSocket _socket;
    private readonly long _session;
    private readonly string _recordings;
    private readonly ServerProcess _process;
    private long _control;

    private JanusServer(JanusSocket socket, long session, string name, IPAddress address, string recordings, ServerProcess process) =>
        (_socket, _session, Name, ClientAddress, _recordings, _process) = (socket, session, name, address, recordings, process);

    public string Name { get; }

    public int? ProcessId => _process.Id;

    public IPAddress ClientAddress { get; }

    public static async Task<JanusServer> ConnectAsync(Uri address, string name, IPAddress own, string recordings, ServerProcess process, CancellationToken ct)
    {
        var socket = await JanusSocket.ConnectAsync(address, ct);
        var created = await socket.AskAsync(new JsonObject { ["janus"] = "create" }, ct);
        var server = new JanusServer(socket, IdOf(created), name, own, recordings, process);
        server._control = await server.AttachAsync(ct);
        return server;
    }

    public async Task<ILoadRoom> OpenCallAsync(int number, CancellationToken ct)
    {
        await AskAsync(_control, new JsonObject
        {
            ["request"] = "create",
            ["room"] = 1000 + number,
            ["publishers"] = 2,
            ["record"] = true,
            ["rec_dir"] = _recordings,
            ["videocodec"] = "h264,vp8",
            ["audiocodec"] = "opus",
            ["bitrate"] = 0,
            ["fir_freq"] = 10,
        }, null, ct);
        return new Room(this, 1000 + number);
    }

    public async ValueTask DisposeAsync()
    {
        await _socket.DisposeAsync();
        await _process.DisposeAsync();
    }

    private async Task<long> AttachAsync(CancellationToken ct) =>
        IdOf(await _socket.AskAsync(new JsonObject { ["janus"] = "attach", ["plugin"] = "janus.plugin.videoroom", ["session_id"] = _session }, ct));

    private Task<JsonObject> AskAsync(long handle, JsonObject body, JsonObject? jsep, CancellationToken ct)
    {
        var request = new JsonObject { ["janus"] = "message", ["session_id"] = _session, ["handle_id"] = handle, ["body"] = body };
        if (jsep is not null)
            request["jsep"] = jsep;
        return _socket.AskAsync(request, ct);
    }

    private static long IdOf(JsonObject answer) =>
        JanusMessage.Number(JanusMessage.Child(answer, "data"), "id") ?? throw new LoadServerException("Janus' answer has no id.");

    private static string SdpOf(JsonObject answer) =>
        JanusMessage.Text(JanusMessage.Child(answer, "jsep"), "sdp") ?? throw new LoadServerException("Janus' answer has no description: " + answer.ToJsonString());

    private static JsonObject Jsep(string type, string sdp) => new() { ["type"] = type, ["sdp"] = sdp };

    private sealed class Room(JanusServer janus, int room) : ILoadRoom
    {
        public async Task PublishAsync(string role, RtcClient client, CancellationToken ct)
        {
            var handle = await janus.AttachAsync(ct);
            var body = new JsonObject { ["request"] = "joinandconfigure", ["ptype"] = "publisher", ["room"] = room, ["id"] = FeedOf(role) };
            var answer = await janus.AskAsync(handle, body, Jsep("offer", await client.CreateOfferAsync()), ct);
            await client.ApplyAnswerAsync(SdpOf(answer));
        }

        /// <summary>Here Janus offers, and the client's part is turned round.</summary>
        public async Task SubscribeAsync(string role, RtcClient client, CancellationToken ct)
        {
            var handle = await janus.AttachAsync(ct);
            var streams = new JsonArray { new JsonObject { ["feed"] = FeedOf(Roles.Other(role)) } };
            var body = new JsonObject { ["request"] = "join", ["ptype"] = "subscriber", ["room"] = room, ["streams"] = streams };
            var offer = SdpOf(await JoinAsync(handle, body, ct));
            if (!TurnedOffer.TryTurn(offer, await client.CreateOfferAsync(), out var turned))
                throw new LoadServerException("Janus' offer cannot be read:\n" + offer);
            var started = janus.AskAsync(handle, new JsonObject { ["request"] = "start" }, Jsep("answer", turned!.Answer), ct);
            await client.ApplyAnswerAsync(turned.AsAnswer);
            await started;
        }

        /// <summary>A feed is there once Janus' own end of the handshake is done, which may be after ours.</summary>
        private async Task<JsonObject> JoinAsync(long handle, JsonObject body, CancellationToken ct)
        {
            while (true)
            {
                try
                {
                    return await janus.AskAsync(handle, (JsonObject)body.DeepClone(), null, ct);
                }
                catch (LoadServerException refusal) when (refusal.Code == NoSuchFeed)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, ct);
                }
            }
        }

        public async ValueTask DisposeAsync() =>
            await janus.AskAsync(janus._control, new JsonObject { ["request"] = "destroy", ["room"] = room }, null, CancellationToken.None);

        private static int FeedOf(string role) => role == Roles.Buyer ? 1 : 2;
    }
}
