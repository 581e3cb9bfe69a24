using System.Collections.Concurrent;
using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Client;
using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Rtp;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Sfu.Tests.Fakes;

/// <summary>
/// A browser played by our own client over real sockets: sends a VP8-like stream, answers NACKs through RTX, and notes what it
/// receives. May lose packets on purpose, in either direction.
/// </summary>
internal sealed class Caller : IAsyncDisposable
{
    private readonly Random _random;
    private readonly byte[] _payload = new byte[1100];
    private readonly byte[] _header = new byte[RtpHeaderWriter.MaxLength];
    private readonly byte[] _packet = new byte[1400];
    private readonly byte[] _rtcp = new byte[200];
    private readonly Dictionary<ushort, byte[]> _sent = [];
    private RtcClient _client = null!;
    private ushort _sequence = 65_000;
    private ushort _rtxSequence;
    private ushort _transportSequence;
    private uint _timestamp = 4_000_000_000;
    private NegotiatedMedia? _section;
    private NegotiatedCodec? _vp8;

    private Caller(string id, int seed) => (Id, _random) = (id, new Random(seed));

    public string Id { get; }
    public NegotiatedMedia Section => _section!;

    /// <summary>Of what this caller sends, repeats too.</summary>
    public double UplinkLoss { get; set; }

    /// <summary>Of what arrives here, repeats too; each lost packet is asked for again.</summary>
    public double DownlinkLoss { get; set; }
    public bool RemembersSent { get; set; } = true;
    public long FramesSent { get; private set; }

    /// <summary>Extended sequence numbers of arrived originals, each with how often.</summary>
    public ConcurrentDictionary<ushort, int> Arrived { get; } = new();
    public int RepairsArrived { get; private set; }
    public int FeedbackArrived { get; private set; }
    public int PlisArrived { get; private set; }
    public int ReportsArrived { get; private set; }
    public long CapBps { get; private set; }

    public static async Task<Caller> JoinAsync(IRoom room, MediaLoop loop, string id, string role, int seed)
    {
        var caller = new Caller(id, seed);
        Assert.True((await room.JoinAsync(new ParticipantSpec(id, role), CancellationToken.None)).IsDone);
        caller._client = await RtcClient.StartAsync(loop, new RtcClientOptions
        {
            Media = [new OfferedMedia("0", MediaKind.Audio, true, true), new OfferedMedia("1", MediaKind.Video, true, true)],
            OnRtp = caller.OnRtp,
            OnRtcp = caller.OnRtcp,
        });
        await caller.NegotiateAsync(room);
        await caller._client.WaitConnectedAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        return caller;
    }

    public async Task NegotiateAsync(IRoom room)
    {
        var result = await room.NegotiateAsync(Id, await _client.CreateOfferAsync(), CancellationToken.None);
        Assert.True(result.Accepted, result.Refusal?.Detail);
        await _client.ApplyAnswerAsync(result.AnswerSdp!);
        _section = _client.Session!.Media[1];
        _vp8 = _section.Codecs.First(codec => codec.Name is "VP8");
    }

    /// <summary>Sends packets from a timer of the loop until so many are out.</summary>
    public Task SendVideoAsync(int packets, int perTick, TimeSpan tick) => SendUntilAsync(packets, perTick, tick);

    public void SendPacket(bool keyFrame)
    {
        _payload[0] = 0x10;
        _payload[1] = keyFrame ? (byte)0 : (byte)1;
        var length = WriteHeader(_header, _vp8!.PayloadType, ++_sequence, _client.Media[1].Ssrc);
        FramesSent++;
        if (RemembersSent)
            _sent[_sequence] = [.. _header.AsSpan(0, length), .. _payload];
        if (_random.NextDouble() >= UplinkLoss)
            _client.SendRtp(_header.AsSpan(0, length), _payload);
        _timestamp += 3_000;
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private async Task SendUntilAsync(int packets, int perTick, TimeSpan tick)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = packets;
        await _client.Loop.InvokeAsync(() =>
        {
            LoopTimer? timer = null;
            timer = _client.Loop.SchedulePeriodic(tick, () =>
            {
                for (var i = 0; i < perTick && left > 0; i++, left--)
                    SendPacket(keyFrame: left == packets);
                if (left > 0)
                    return;
                timer!.Cancel();
                done.TrySetResult();
            });
        });
        await done.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private int WriteHeader(Span<byte> header, byte payloadType, ushort sequence, uint ssrc)
    {
        var writer = new RtpHeaderWriter(header, payloadType, true, sequence, _timestamp, ssrc);
        writer.AddExtension(_section!.Extensions.TransportWideCc, ++_transportSequence);
        return writer.Finish();
    }

    private void OnRtp(RtcClient client, long nowNs, ReadOnlySpan<byte> packet)
    {
        if (!RtpPacketView.TryParse(packet, out var view) || view.Payload.Length < 3)
            return;
        var isRepair = _vp8 is { RtxPayloadType: { } rtx } && view.PayloadType == rtx;
        if (!isRepair && view.PayloadType != _vp8?.PayloadType)
            return;
        var sequence = isRepair ? System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(view.Payload) : view.SequenceNumber;
        if (DownlinkLoss > 0 && _random.NextDouble() < DownlinkLoss)
        {
            var writer = new RtcpWriter(_rtcp);
            writer.TryWriteNack(1, _section!.RemoteSources.Count > 0 ? _section.RemoteSources[0].Ssrc : view.Ssrc, [sequence]);
            client.SendRtcp(writer.Written);
            return;
        }
        RepairsArrived += isRepair ? 1 : 0;
        if (RemembersSent)
            Arrived.AddOrUpdate(sequence, 1, static (_, times) => times + 1);
    }

    private void OnRtcp(RtcClient client, long nowNs, ReadOnlySpan<byte> packet)
    {
        foreach (var part in new RtcpCompoundReader(packet))
        {
            if (NackReader.TryParse(part, out var nack))
                Repeat(client, nack);
            FeedbackArrived += TransportFeedbackReader.TryParse(part, out _) ? 1 : 0;
            PlisArrived += KeyFrameRequest.TryParsePli(part, out _) ? 1 : 0;
            ReportsArrived += ReceiverReport.TryParse(part, out _, out _) ? 1 : 0;
            if (Remb.TryParse(part, out var cap, out _))
                CapBps = cap;
        }
    }

    private void Repeat(RtcClient client, NackReader nack)
    {
        while (nack.MoveNext())
        {
            if (!_sent.TryGetValue(nack.Current, out var bytes) || _random.NextDouble() < UplinkLoss)
                continue;
            Assert.True(RtpPacketView.TryParse(bytes, out var original));
            Assert.True(Rtx.TryEncapsulate(original, client.Media[1].RtxSsrc, _vp8!.RtxPayloadType!.Value, ++_rtxSequence, _packet, out var length));
            Assert.True(RtpPacketView.TryParse(_packet.AsSpan(0, length), out var rtx));
            client.SendRtp(rtx.Header, rtx.Payload);
        }
    }
}
