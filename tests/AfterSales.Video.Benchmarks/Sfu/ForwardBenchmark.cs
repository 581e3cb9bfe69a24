using System.Buffers.Binary;
using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Rtp;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu;
using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Benchmarks.Sfu;

/// <summary>The forwarding unit alone: from a decrypted packet to the call that encrypts it for each subscriber. No network, no SRTP.</summary>
internal sealed class ForwardBenchmark : IBenchmark
{
    private const int Batch = 5000;

    public string Name => "forward";
    public string Title => "Forwarding, thousand 1,100-byte VP8 packets per CPU second (in, rewritten and out; without SRTP and sockets)";

    public void Run(TextWriter output)
    {
        output.WriteLine("| subscribers | packets in, median (lowest-highest) of 7 runs | allocated bytes per packet |\n|---|---|---|");
        foreach (var subscribers in new[] { 1, 3, 7 })
        {
            var send = Prepare(subscribers);
            for (var i = 0; i < 4; i++)
                send();
            var before = GC.GetAllocatedBytesForCurrentThread();
            send();
            var allocated = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Batch;
            output.WriteLine($"| {subscribers} | {CpuMeter.Measure(Batch, send).InThousands} | {allocated:0.##} |");
        }
    }

    private static Action Prepare(int subscribers)
    {
        var loop = new BenchLoop();
        var node = new SfuNode([loop], new SfuOptions(), new NoObserver());
        var room = node.OpenRoomAsync("bench", CancellationToken.None).GetAwaiter().GetResult()!;
        for (uint i = 0; i <= subscribers; i++)
        {
            var id = $"p{i}";
            room.JoinAsync(new ParticipantSpec(id, "expert"), CancellationToken.None).GetAwaiter().GetResult();
            room.NegotiateAsync(id, $"{i}", CancellationToken.None).GetAwaiter().GetResult();
            loop.Peers[(int)i].Connect();
        }
        var publisher = loop.Peers[0];
        var packet = VideoPacket();
        var counters = node.Counters[0];
        ushort sequence = 0;
        return () =>
        {
            var before = counters.Forwarded;
            for (var i = 0; i < Batch; i++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence);
                BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), sequence * 450u);
                // Position of the transport-wide number: fixed header, extension header, one byte of id.
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(17), sequence++);
                loop.NowNs += 1_000_000;
                publisher.Receive(packet);
            }
            if (counters.Forwarded - before != (long)Batch * subscribers)
                throw new InvalidOperationException($"{counters.Forwarded - before} packets went out.");
        };
    }

    private static byte[] VideoPacket()
    {
        var header = new byte[RtpHeaderWriter.MaxLength];
        var writer = new RtpHeaderWriter(header, 96, true, 0, 0, 10);
        writer.AddExtension(3, 0);
        var payload = new byte[1100];
        payload[0] = 0x10;
        return [.. header.AsSpan(0, writer.Finish()), .. payload];
    }

    private sealed class NoObserver : IRoomObserver
    {
        public void OnRoomEvent(string roomId, RoomEvent roomEvent)
        {
        }
    }

    /// <summary>Runs everything on the caller; its clock moves by hand and its timers never fire.</summary>
    private sealed class BenchLoop : IMediaLoop
    {
        public List<BenchPeer> Peers { get; } = [];
        public bool IsCurrent => true;
        public long NowNs { get; set; } = 1;

        public bool TryPost(Action work)
        {
            work();
            return true;
        }

        public LoopTimer Schedule(TimeSpan due, Action callback) => new(callback);

        public LoopTimer SchedulePeriodic(TimeSpan period, Action callback) => new(callback, period);

        public IPeer CreatePeer(PeerOptions options, IPeerObserver observer)
        {
            var peer = new BenchPeer(this, observer, (uint)Peers.Count);
            Peers.Add(peer);
            return peer;
        }
    }

    private sealed class BenchPeer(BenchLoop loop, IPeerObserver observer, uint number) : IPeer
    {
        private static readonly NegotiatedCodec Vp8 = new()
        {
            Name = "VP8",
            PayloadType = 96,
            RtxPayloadType = 97,
            ClockRateHz = 90_000,
            Nack = true,
            NackPli = true,
            TransportCc = true,
        };

        public PeerState State { get; private set; }
        public NegotiatedSession? Session { get; private set; }
        public PeerStatistics Statistics { get; } = new();
        public DtlsFingerprint LocalFingerprint { get; } = new("sha-256", new byte[32]);

        public NegotiationResult AcceptOffer(string offerSdp, MediaPolicy policy)
        {
            Session = new NegotiatedSession
            {
                Media = [Section()],
                RemoteIce = new IceParameters("abcd", "0123456789012345678901"),
                RemoteFingerprint = new DtlsFingerprint("sha-256", new byte[32]),
                RemoteIsDtlsClient = true,
            };
            return NegotiationResult.Answered("v=0", Session);
        }

        public bool SendRtp(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload) => header.Length > 12 && payload.Length > 0;

        public bool SendRtcp(ReadOnlySpan<byte> packet) => true;

        public void Close(PeerCloseReason reason)
        {
        }

        public void Connect()
        {
            State = PeerState.Connected;
            observer.OnStateChanged(this, State, PeerCloseReason.None);
        }

        public void Receive(ReadOnlySpan<byte> packet)
        {
            observer.OnRtp(this, loop.NowNs, packet);
            observer.OnBatchEnd(this);
        }

        private NegotiatedMedia Section() => new()
        {
            Mid = "0",
            Kind = MediaKind.Video,
            RemoteSends = true,
            LocalSends = true,
            Codecs = [Vp8],
            Extensions = new HeaderExtensionIds { Mid = 4, TransportWideCc = 3, AbsSendTime = 2 },
            RemoteSources = [new RemoteSource((number * 100) + 10, (number * 100) + 11)],
            LocalSsrc = (number * 100) + 50,
            LocalRtxSsrc = (number * 100) + 51,
        };
    }
}
