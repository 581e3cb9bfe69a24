using System.Net;
using AfterSales.Video.Rtc;
using AfterSales.Video.Rtc.Client;

namespace AfterSales.Video.Benchmarks.Hub;

/// <summary>A whole hub under recorded two-party calls by our own clients over WHIP and WHEP: resident memory and processor time.</summary>
internal sealed class HubBenchmark : IBenchmark
{
    private const int Calls = 10;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(20);

    public string Name => "hub";
    public string Title => $"The whole hub: memory and processor of {Calls} recorded two-party calls";

    public void Run(TextWriter output) => RunAsync(output).GetAwaiter().GetResult();

    private static async Task RunAsync(TextWriter output)
    {
        await using var hub = await HubProcess.StartAsync();
        await using var loop = MediaLoop.Start(new MediaLoopOptions { BindAddress = IPAddress.Loopback, UdpPort = null, TcpPort = null });
        await Task.Delay(Settle, TimeProvider.System);
        var idle = hub.ResidentMiB();
        // The first call compiles the code every later one uses: not what a call costs.
        await using (var warm = await LiveCall.StartAsync(hub, loop))
            await Task.Delay(Settle, TimeProvider.System);
        await Task.Delay(Settle, TimeProvider.System);
        var warmed = hub.ResidentMiB();
        var calls = new List<LiveCall>();
        for (var i = 0; i < Calls; i++)
            calls.Add(await LiveCall.StartAsync(hub, loop));
        await Task.Delay(Settle, TimeProvider.System);
        var cpu = hub.Cpu();
        await Task.Delay(Measured, TimeProvider.System);
        var perCallSecond = (hub.Cpu() - cpu).TotalMilliseconds / Measured.TotalSeconds / Calls;
        var loaded = hub.ResidentMiB();
        output.WriteLine("| | |\n|---|---|");
        output.WriteLine($"| resident after start, idle | {idle:F0} MiB |");
        output.WriteLine($"| resident after one call | {warmed:F0} MiB |");
        output.WriteLine($"| resident in {Calls} calls | {loaded:F0} MiB |");
        output.WriteLine($"| a recorded two-party call adds | {(loaded - warmed) / Calls:F1} MiB |");
        output.WriteLine($"| processor per recorded call-second | {perCallSecond:F1} ms |");
        foreach (var call in calls)
            await call.DisposeAsync();
    }

    /// <summary>Buyer and agent, each publishing and receiving.</summary>
    private sealed class LiveCall : IAsyncDisposable
    {
        private readonly List<RtcClient> _clients = [];
        private readonly List<LoopTimer> _timers = [];
        public required HubProcess Hub { get; init; }
        public required string CallId { get; init; }

        public static async Task<LiveCall> StartAsync(HubProcess hub, MediaLoop loop)
        {
            var call = new LiveCall { Hub = hub, CallId = await hub.OpenCallAsync() };
            foreach (var role in (string[])["buyer", "agent"])
            {
                var entry = await hub.MediaTokenAsync(call.CallId, role);
                var sender = await Publisher.ConnectAsync(hub, loop, entry, sends: true);
                call._clients.Add(sender);
                call._clients.Add(await Publisher.ConnectAsync(hub, loop, entry, sends: false));
                var publisher = new Publisher(sender);
                call._timers.Add(await loop.InvokeAsync(() => loop.SchedulePeriodic(TimeSpan.FromMilliseconds(10), publisher.Tick)));
            }

            return call;
        }

        public async ValueTask DisposeAsync()
        {
            await _clients[0].Loop.InvokeAsync(() =>
            {
                _timers.ForEach(timer => timer.Cancel());
                return true;
            });
            await Hub.EndCallAsync(CallId);
            foreach (var client in _clients)
                await client.DisposeAsync();
        }
    }
}
