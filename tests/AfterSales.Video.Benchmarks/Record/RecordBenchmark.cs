using System.Net;
using System.Security.Cryptography;
using AfterSales.Video.Benchmarks.Hub;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Client;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu;
using AfterSales.Video.Sfu.Rooms;

namespace AfterSales.Video.Benchmarks.Record;

/// <summary>
/// What recording costs on top of forwarding, in one run: real rooms, sockets and SRTP in this process, with the recorder taken in and out. The
/// clients run on a thread of their own, which is not counted.
/// </summary>
internal sealed class RecordBenchmark : IBenchmark
{
    private const int Calls = 10;
    private const int Rounds = 5;
    private const string ServerLoop = "bench-server";
    private const string ClientLoop = "bench-client";
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(6);

    public string Name => "record";
    public string Title => $"Recording on top of forwarding: CPU milliseconds per call and media minute, {Calls} two-party calls of 1.2 Mbit/s each way";

    public void Run(TextWriter output) => RunAsync(output).GetAwaiter().GetResult();

    private static async Task RunAsync(TextWriter output)
    {
        var spool = Directory.CreateTempSubdirectory("aftersales-bench-");
        var options = new MediaLoopOptions { BindAddress = IPAddress.Loopback, UdpPort = 0, TcpPort = null, Name = ServerLoop, AdvertisedAddresses = [IPAddress.Loopback] };
        await using var server = MediaLoop.Start(options);
        await using var clients = MediaLoop.Start(options with { UdpPort = null, Name = ClientLoop });
        var node = new SfuNode([server], new SfuOptions(), new NoObserver());
        var calls = new List<BenchCall>();
        for (var i = 0; i < Calls; i++)
            calls.Add(await BenchCall.StartAsync(node, clients, i));
        using (var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = spool.FullName, RefuseBelowBytes = 0, VideoOffBelowBytes = 0, SealBelowBytes = 0 }, TimeProvider.System))
        {
            // The first round compiles the code.
            await MeasureAsync(calls, recorder, 0);
            var rounds = new List<Round>();
            for (var i = 1; i <= Rounds; i++)
                rounds.Add(await MeasureAsync(calls, recorder, i));
            Print(output, rounds);
        }

        foreach (var call in calls)
            await call.DisposeAsync();
        spool.Delete(recursive: true);
    }

    private static async Task<Round> MeasureAsync(List<BenchCall> calls, CallRecorder recorder, int round)
    {
        var forwarding = await CpuAsync();
        foreach (var call in calls)
            await call.RecordAsync(recorder, round);
        var (bytes, allocated) = (calls.Sum(c => c.Recorded), GC.GetTotalAllocatedBytes());
        var both = await CpuAsync();
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        bytes = calls.Sum(c => c.Recorded) - bytes;
        var packets = calls.Sum(c => c.RecordedPackets);
        foreach (var call in calls)
            await call.StopRecordingAsync();
        return new Round(forwarding, both, bytes, (double)allocated / packets);
    }

    /// <summary>By thread, per call and minute.</summary>
    private static async Task<Dictionary<string, double>> CpuAsync()
    {
        await Task.Delay(Settle, TimeProvider.System);
        var before = ThreadCpu.Read();
        var start = TimeProvider.System.GetTimestamp();
        await Task.Delay(Measured, TimeProvider.System);
        var after = ThreadCpu.Read();
        var minutes = TimeProvider.System.GetElapsedTime(start).TotalMinutes * Calls;
        return after.ToDictionary(t => t.Key, t => (t.Value - before.GetValueOrDefault(t.Key)) / minutes, StringComparer.Ordinal);
    }

    private static void Print(TextWriter output, List<Round> rounds)
    {
        var ratios = rounds.Select(r => (Served(r.Both) / Served(r.Forwarding)) - 1).Order().ToArray();
        output.WriteLine("| | median (lowest-highest) of " + Rounds + " rounds |\n|---|---|");
        Row("forwarding alone", r => Served(r.Forwarding));
        Row("forwarding and recording", r => Served(r.Both));
        Row("of it the journal's writer (AES-256-GCM, two SHA-256, write)", r => r.Both.GetValueOrDefault("journal-write"));
        Row("of it the journal's sync", r => r.Both.GetValueOrDefault("journal-sync"));
        Row("media loop with recording, less without", r => r.Both[ServerLoop] - r.Forwarding[ServerLoop]);
        Row("other threads with recording, less without", r => Other(r.Both) - Other(r.Forwarding));
        Row("recorded, kilobit/s a call", r => r.Bytes * 8 / 1000.0 / (Measured + Settle).TotalSeconds / Calls);
        Row("allocated in the process, bytes per recorded packet", r => r.AllocatedPerPacket);
        output.WriteLine($"| SHA-256 on this processor, MB a CPU second (each byte is hashed twice, before and after encryption) | {HashRate()} |");
        output.WriteLine($"| **recording on top of forwarding** (bound: 15 %) | **{ratios[Rounds / 2]:P1}** ({ratios[0]:P1}-{ratios[^1]:P1}) |");

        void Row(string name, Func<Round, double> value)
        {
            var sorted = rounds.Select(value).Order().ToArray();
            output.WriteLine($"| {name} | {sorted[Rounds / 2]:0} ({sorted[0]:0}-{sorted[^1]:0}) |");
        }

        static double Served(Dictionary<string, double> times) => times[ThreadCpu.Process] - times[ClientLoop];

        static double Other(Dictionary<string, double> times) =>
            Served(times) - times[ServerLoop] - times.GetValueOrDefault("journal-write") - times.GetValueOrDefault("journal-sync");
    }

    /// <summary>A block's worth at a time. Processors with SHA instructions do four to six times what others do.</summary>
    private static string HashRate()
    {
        var block = new byte[32_000];
        return CpuMeter.Measure(32_000, () =>
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            for (var i = 0; i < 1000; i++)
                SHA256.HashData(block, hash);
        }).InThousands;
    }

    private sealed record Round(Dictionary<string, double> Forwarding, Dictionary<string, double> Both, long Bytes, double AllocatedPerPacket);

    private sealed class NoObserver : IRoomObserver
    {
        public void OnRoomEvent(string roomId, RoomEvent roomEvent)
        {
        }
    }

    /// <summary>Buyer and agent, each sending and receiving picture and voice.</summary>
    private sealed class BenchCall(IRoom room, int number) : IAsyncDisposable
    {
        private readonly List<RtcClient> _clients = [];
        private readonly List<LoopTimer> _timers = [];
        private IRecordingSession? _session;

        public long Recorded => _session?.Statistics.Bytes ?? 0;
        public long RecordedPackets => _session?.Statistics.Packets ?? 0;

        public static async Task<BenchCall> StartAsync(SfuNode node, MediaLoop loop, int number)
        {
            var call = new BenchCall((await node.OpenRoomAsync($"bench-{number}", CancellationToken.None))!, number);
            foreach (var role in (string[])["buyer", "agent"])
                await call.JoinAsync(loop, role);
            return call;
        }

        public async Task RecordAsync(CallRecorder recorder, int round)
        {
            var header = new RecordingHeader
            {
                RecordingId = $"rec-{number}-{round}",
                TenantId = "bench",
                TicketId = "bench",
                CallId = "bench",
                ConsentTextVersion = "1",
                ConsentTextSha256 = "",
                ConsentLanguage = "en",
                ConsentAt = DateTimeOffset.UnixEpoch,
            };
            _session = await recorder.StartAsync(header, RandomNumberGenerator.GetBytes(32), CancellationToken.None);
            await room.AttachTapAsync(_session, CancellationToken.None);
        }

        public async Task StopRecordingAsync()
        {
            await room.DetachTapAsync(_session!, CancellationToken.None);
            var summary = await _session!.StopAsync("done", CancellationToken.None);
            if (!summary.Complete || _session.Statistics.DroppedPackets > 0 || summary.Packets == 0)
                throw new InvalidOperationException("The recording is not whole.");
            Directory.Delete(Path.GetDirectoryName(summary.JournalPath)!, recursive: true);
            _session = null;
        }

        public async ValueTask DisposeAsync()
        {
            await _clients[0].Loop.InvokeAsync(() =>
            {
                _timers.ForEach(timer => timer.Cancel());
                return true;
            });
            await room.CloseAsync("done", CancellationToken.None);
            foreach (var client in _clients)
                await client.DisposeAsync();
        }

        private async Task JoinAsync(MediaLoop loop, string role)
        {
            await room.JoinAsync(new ParticipantSpec(role, role), CancellationToken.None);
            var client = await RtcClient.StartAsync(loop, new RtcClientOptions
            {
                Media = [new OfferedMedia("0", MediaKind.Audio, true, true), new OfferedMedia("1", MediaKind.Video, true, true) { Codecs = ["VP8"] }],
            });
            var answer = await room.NegotiateAsync(role, await client.CreateOfferAsync(), CancellationToken.None);
            await client.ApplyAnswerAsync(answer.AnswerSdp ?? throw new InvalidOperationException("No answer."));
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await client.WaitConnectedAsync(deadline.Token);
            _clients.Add(client);
            var publisher = new Publisher(client);
            _timers.Add(await loop.InvokeAsync(() => loop.SchedulePeriodic(TimeSpan.FromMilliseconds(10), publisher.Tick)));
        }
    }
}
