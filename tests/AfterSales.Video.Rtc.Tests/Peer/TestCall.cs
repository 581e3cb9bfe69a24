using System.Buffers.Binary;
using System.Net;
using AfterSales.Video.Rtc.Client;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Rtc.Tests.Loop;

namespace AfterSales.Video.Rtc.Tests.Peer;

/// <summary>A server loop and a client loop on loopback, and calls between them with real sockets.</summary>
internal sealed class TestCalls : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private TestCalls(MediaLoop server, MediaLoop client) => (Server, ClientLoop) = (server, client);

    public MediaLoop Server { get; }

    public MediaLoop ClientLoop { get; }

    public static TestCalls Start(
        Func<MediaLoopOptions, MediaLoopOptions>? configure = null, Func<MediaLoopOptions, MediaLoopOptions>? configureClient = null)
    {
        var options = new MediaLoopOptions { BindAddress = IPAddress.Loopback, UdpPort = 0, TcpPort = 0, Name = "server" };
        var server = MediaLoop.Start(configure?.Invoke(options) ?? options);
        var clientOptions = new MediaLoopOptions { UdpPort = null, TcpPort = null, Name = "client" };
        return new TestCalls(server, MediaLoop.Start(configureClient?.Invoke(clientOptions) ?? clientOptions));
    }

    public async ValueTask DisposeAsync()
    {
        await ClientLoop.DisposeAsync();
        await Server.DisposeAsync();
    }

    /// <summary>Offer, answer, nothing awaited.</summary>
    /// <param name="options">Null: one audio and one video section, both ways.</param>
    /// <param name="changeOffer">To let the offer lie.</param>
    /// <param name="changeAnswer">To send the client elsewhere.</param>
    public async Task<TestCall> BeginAsync(
        RtcClientOptions? options = null, Func<string, string>? changeOffer = null, PeerRecorder? observer = null, Func<string, string>? changeAnswer = null)
    {
        var client = await RtcClient.StartAsync(ClientLoop, options ?? Options());
        var recorder = observer ?? new PeerRecorder();
        var peer = await Server.InvokeAsync(() => Server.CreatePeer(new PeerOptions("test"), recorder));
        var call = new TestCall(this, client, peer, recorder);
        await call.NegotiateAsync(changeOffer, changeAnswer);
        return call;
    }

    public async Task<TestCall> ConnectAsync(RtcClientOptions? options = null, PeerRecorder? observer = null)
    {
        var call = await BeginAsync(options, null, observer);
        await call.Client.WaitConnectedAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        await call.Observer.Connected.WaitAsync(Patience);
        return call;
    }

    public static RtcClientOptions Options() => new()
    {
        Media =
        [
            new OfferedMedia("0", MediaKind.Audio, Sends: true, Receives: true) { Codecs = ["opus"] },
            new OfferedMedia("1", MediaKind.Video, Sends: true, Receives: true) { Codecs = ["H264", "VP8"] },
        ],
    };
}

/// <summary>One client and its peer.</summary>
internal sealed class TestCall(TestCalls calls, RtcClient client, IPeer peer, PeerRecorder observer)
{
    private ushort _sequence = 1000;

    public RtcClient Client => client;

    public IPeer Peer => peer;

    public PeerRecorder Observer => observer;

    public async Task NegotiateAsync(Func<string, string>? changeOffer = null, Func<string, string>? changeAnswer = null)
    {
        var offer = await client.CreateOfferAsync();
        var result = await calls.Server.InvokeAsync(() => peer.AcceptOffer(changeOffer?.Invoke(offer) ?? offer, new MediaPolicy()));
        Assert.True(result.Accepted, result.Refusal?.ToString());
        await client.ApplyAnswerAsync(changeAnswer?.Invoke(result.AnswerSdp!) ?? result.AnswerSdp!);
    }

    /// <summary>Sends from the client; returns how many were accepted by its transport.</summary>
    public Task<int> SendAsync(int packets, int payloadBytes = 1000) => calls.ClientLoop.InvokeAsync(() =>
    {
        var header = Header(client.Media[1].Ssrc);
        var payload = new byte[payloadBytes];
        var sent = 0;
        for (var i = 0; i < packets; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), _sequence++);
            sent += client.SendRtp(header, payload) ? 1 : 0;
        }

        return sent;
    });

    /// <summary>Sends from the server.</summary>
    public Task<int> SendBackAsync(int packets) => calls.Server.InvokeAsync(() =>
    {
        var header = Header(peer.Session!.Media[1].LocalSsrc);
        var payload = new byte[900];
        var sent = 0;
        for (var i = 0; i < packets; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), _sequence++);
            sent += peer.SendRtp(header, payload) ? 1 : 0;
        }

        return sent;
    });

    /// <summary>Sends until the server has heard it: media flows.</summary>
    public async Task ExpectMediaAsync()
    {
        var before = observer.Rtp;
        await SendAsync(3);
        await WaitUntil.TrueAsync(() => observer.Rtp >= before + 3);
    }

    public static byte[] Header(uint ssrc)
    {
        var header = new byte[12];
        (header[0], header[1]) = (0x80, 96);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), ssrc);
        return header;
    }
}
