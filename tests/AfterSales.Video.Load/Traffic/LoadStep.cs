using System.Net;
using AfterSales.Video.Load.Content;
using AfterSales.Video.Load.Report;
using AfterSales.Video.Load.Servers;
using AfterSales.Video.Rtc;

namespace AfterSales.Video.Load.Traffic;

/// <param name="Calls">Held at once.</param>
/// <param name="Settle">After the last call has begun: compilers and estimators come to rest.</param>
/// <param name="Measured">How long is counted.</param>
internal sealed record StepOptions(int Calls, TimeSpan Settle, TimeSpan Measured);

/// <summary>Opens calls one after another, waits, counts, and leaves.</summary>
internal static class LoadStep
{
    /// <summary>Packets that are not there by now were lost.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <param name="endCalls">False when the server is ended right after: nobody needs its recordings.</param>
    public static async Task<StepReport> RunAsync(ILoadServer server, CallContent content, StepOptions options, bool endCalls, CancellationToken ct)
    {
        List<Exception> faults = [];
        await using var loop = MediaLoop.Start(new MediaLoopOptions { BindAddress = IPAddress.Loopback, UdpPort = null, TcpPort = null, Name = "load", BatchSpacing = TimeSpan.Zero, OnFault = faults.Add });
        var meter = new TrafficMeter();
        var calls = new List<LoadCall>();
        try
        {
            var idle = Usage(server);
            ProcessUsage? first = null;
            for (var i = 0; i < options.Calls; i++)
            {
                calls.Add(await LoadCall.StartAsync(server, loop, content, meter, i, ct));
                if (i > 0)
                    continue;
                // What the first call makes the server load and compile is not what a call costs.
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, ct);
                first = Usage(server);
            }

            await Task.Delay(options.Settle, TimeProvider.System, ct);
            var window = await CountAsync(server, loop, meter, options.Measured, ct);
            return faults.Count > 0 ? throw new InvalidOperationException("The generator failed.", faults[0])
                : StepReport.From(server.Name, options, content, new MemoryUse(idle, first), window, [.. calls.Select(c => c.SetUp)]);
        }
        finally
        {
            foreach (var call in calls)
                await (endCalls ? call.DisposeAsync().AsTask() : call.LeaveAsync());
        }
    }

    private static async Task<WindowReport> CountAsync(ILoadServer server, MediaLoop loop, TrafficMeter meter, TimeSpan length, CancellationToken ct)
    {
        var (before, own) = (Usage(server), ProcessUsage.Read(Environment.ProcessId));
        await loop.InvokeAsync(meter.Open);
        var start = TimeProvider.System.GetTimestamp();
        await Task.Delay(length, TimeProvider.System, ct);
        await loop.InvokeAsync(meter.Close);
        var (elapsed, after, ownAfter) = (TimeProvider.System.GetElapsedTime(start), Usage(server), ProcessUsage.Read(Environment.ProcessId));
        await Task.Delay(Grace, TimeProvider.System, ct);
        return await loop.InvokeAsync(() => new WindowReport(elapsed, meter, before, after, ownAfter.Cpu - own.Cpu));
    }

    private static ProcessUsage? Usage(ILoadServer server) => server.ProcessId is { } id ? ProcessUsage.Read(id) : null;
}

/// <param name="Idle">Before any call.</param>
/// <param name="FirstCall">In one call.</param>
internal sealed record MemoryUse(ProcessUsage? Idle, ProcessUsage? FirstCall);

/// <param name="Before">The server's, null when its process is not known.</param>
/// <param name="OwnCpu">The generator's.</param>
internal sealed record WindowReport(TimeSpan Elapsed, TrafficMeter Traffic, ProcessUsage? Before, ProcessUsage? After, TimeSpan OwnCpu);
