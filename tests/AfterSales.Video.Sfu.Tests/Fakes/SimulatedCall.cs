using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Rtp;
using AfterSales.Video.Sfu.Bandwidth;
using AfterSales.Video.Sfu.Publications;
using AfterSales.Video.Sfu.Rooms;
using AfterSales.Video.TestKit.Network;

namespace AfterSales.Video.Sfu.Tests.Fakes;

/// <summary>
/// A buyer on a good network, a real room, and an agent behind a simulated link, all on one virtual clock: one step is a millisecond. The agent answers as
/// Chromium does, with transport-wide feedback and NACKs.
/// </summary>
internal sealed class SimulatedCall
{
    private const uint VideoSlot = 2120;

    /// <summary>The agent's clock is another one.</summary>
    private const long ClockOffsetNs = 77_000_000_000;

    private readonly TestRoom _test;
    private readonly FakePeer _buyer;
    private readonly FakePeer _agent;
    private readonly LinkModel _down;
    private readonly LinkModel _up;
    private readonly PriorityQueue<Arrival, (long AtNs, int Order)> _onTheWay = new();
    private readonly ArrivalLog _arrivals = new();
    private readonly NackGenerator _nacks = new();
    private readonly HashSet<uint> _frames = [];
    private readonly List<double> _audioDelays = [];
    private readonly SimulatedCamera _camera;
    private SequenceUnwrapper _videoSequence;
    private int _order;
    private long _startNs;
    private ushort _audioSequence;
    private long _videoBytes;
    private long _paddingBytes;
    private int _audioSent;
    private int _audioArrived;

    private SimulatedCall(TestRoom test, FakePeer buyer, FakePeer agent, long cameraBps, int seed)
    {
        (_test, _buyer, _agent) = (test, buyer, agent);
        (_down, _up) = (new LinkModel(seed), new LinkModel(~seed));
        _camera = new SimulatedCamera(buyer, 1020, cameraBps);
        agent.Keeps = false;
        agent.OnSent = Sent;
        _startNs = test.Loop.NowNs;
    }

    public SendSideEstimator Estimator { get; private set; } = null!;
    public SimulatedCamera Camera => _camera;
    public LinkCounts Link => _down.Counts;
    public IReadOnlyList<RoomEvent.MediaAdvice> Advice => _test.Log.Of<RoomEvent.MediaAdvice>();
    public int NowMs { get; private set; }

    public static async Task<SimulatedCall> StartAsync(LinkConditions link, long cameraBps = 1_200_000, int seed = 1)
    {
        SendSideEstimator? last = null;
        var test = await TestRoom.OpenAsync(new SfuOptions { CreateEstimator = options => last = new SendSideEstimator(options) });
        var buyer = await test.JoinTalkingAsync("b", "buyer", 1, codecs: [Sessions.Vp8()]);
        var agent = await test.JoinTalkingAsync("a", "agent", 2, codecs: [Sessions.Vp8()]);
        var call = new SimulatedCall(test, buyer, agent, cameraBps, seed) { Estimator = last! };
        call.Become(link);
        return call;
    }

    /// <summary>Loss, delay and jitter both ways, the rate towards the agent.</summary>
    public void Become(LinkConditions link)
    {
        _down.Conditions = link;
        _up.Conditions = link with { RateBps = 0 };
    }

    /// <summary>Lets time pass and tells what reached the agent meanwhile.</summary>
    public Measured Run(double seconds)
    {
        _audioDelays.Clear();
        (_videoBytes, _paddingBytes, _audioSent, _audioArrived) = (0, 0, 0, 0);
        _frames.Clear();
        var until = NowMs + (int)(seconds * 1000);
        while (NowMs < until)
            Step();
        _audioDelays.Sort();
        return new Measured(
            _videoBytes * 8 / seconds,
            _paddingBytes * 8 / seconds,
            _frames.Count / seconds,
            _audioDelays.Count == 0 ? double.NaN : _audioDelays[^1],
            _audioDelays.Count == 0 ? double.NaN : _audioDelays[_audioDelays.Count / 2],
            _audioSent == 0 ? 0 : 1 - ((double)_audioArrived / _audioSent),
            Estimator.EstimateBps);
    }

    private void Step()
    {
        NowMs++;
        _test.Loop.Advance(1);
        _camera.Step(NowMs);
        if (NowMs % 20 == 0)
        {
            var voice = new byte[80];
            _buyer.Receive(Packets.Build(111, false, _audioSequence, _audioSequence * 960u, 1010, voice));
            _audioSequence++;
        }
        while (_onTheWay.TryPeek(out var arrival, out var at) && at.AtNs <= _test.Loop.NowNs)
        {
            _onTheWay.Dequeue();
            if (arrival.IsFeedback)
                _agent.ReceiveRtcp(arrival.Packet);
            else
                Arrive(arrival, at.AtNs);
        }
        Answer();
    }

    private void Sent(byte[] packet)
    {
        Assert.True(RtpPacketView.TryParse(packet, out var view));
        _audioSent += view.PayloadType == 111 ? 1 : 0;
        // The tag of AES-GCM travels too.
        Travel(_down, new Arrival(packet, _test.Loop.NowNs, false), packet.Length + 16);
    }

    private void Travel(LinkModel link, Arrival arrival, int bytes)
    {
        Span<TimeSpan> times = stackalloc TimeSpan[2];
        var passed = link.Pass(TimeSpan.FromTicks((_test.Loop.NowNs - _startNs) / 100), bytes, times);
        for (var i = 0; i < passed; i++)
            _onTheWay.Enqueue(arrival, (_startNs + (times[i].Ticks * 100), _order++));
    }

    private void Arrive(in Arrival arrival, long atNs)
    {
        Assert.True(RtpPacketView.TryParse(arrival.Packet, out var view));
        if (view.Extensions.TryGet(3, out var number))
            _arrivals.OnPacket(System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(number), view.Marker, atNs + ClockOffsetNs);
        if (view.PayloadType == 111)
        {
            _audioArrived++;
            _audioDelays.Add((atNs - arrival.SentNs) / 1e6);
        }
        else if (view.Ssrc == VideoSlot)
        {
            TakeVideo(view.SequenceNumber, view.Timestamp, view.Payload.Length, view.Marker);
        }
        else if (view.PaddingLength > 0)
        {
            _paddingBytes += arrival.Packet.Length;
        }
        else
        {
            TakeVideo(System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(view.Payload), view.Timestamp, view.Payload.Length, view.Marker);
        }
    }

    private void TakeVideo(ushort sequence, uint timestamp, int bytes, bool endsFrame)
    {
        _nacks.OnPacket(_videoSequence.Unwrap(sequence), _test.Loop.NowNs);
        _videoBytes += bytes;
        if (endsFrame)
            _frames.Add(timestamp);
    }

    private void Answer()
    {
        var buffer = new byte[1200];
        var writer = new RtcpWriter(buffer);
        Span<ushort> lost = stackalloc ushort[128];
        var due = NowMs % 10 == 0 ? _nacks.TakeDue(_test.Loop.NowNs, 100_000_000, lost) : 0;
        if (due > 0)
            writer.TryWriteNack(7, VideoSlot, lost[..due]);
        if (_nacks.GaveUp)
        {
            _nacks.GaveUp = false;
            writer.TryWritePli(7, VideoSlot);
        }
        if (_arrivals.IsDue(_test.Loop.NowNs))
            _arrivals.TryWrite(ref writer, 7, VideoSlot, _test.Loop.NowNs);
        if (writer.Length > 0)
            Travel(_up, new Arrival(writer.Written.ToArray(), _test.Loop.NowNs, true), writer.Length);
    }

    private readonly record struct Arrival(byte[] Packet, long SentNs, bool IsFeedback);
}

/// <param name="VideoBps">Payload of pictures that arrived, repeats too.</param>
/// <param name="LongestDelayMs">Of a voice packet, one way.</param>
/// <param name="AudioLoss">What of the voice did not arrive, 0..1.</param>
internal readonly record struct Measured(double VideoBps, double PaddingBps, double FramesPerSecond, double LongestDelayMs, double MedianDelayMs, double AudioLoss, long EstimateBps);
