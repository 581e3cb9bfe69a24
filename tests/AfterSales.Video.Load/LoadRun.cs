using System.Globalization;
using AfterSales.Video.Load.Content;
using AfterSales.Video.Load.Report;
using AfterSales.Video.Load.Servers;
using AfterSales.Video.Load.Traffic;

namespace AfterSales.Video.Load;

/// <summary>Runs the steps of a command. A server that is started for it is started anew for every step, so that none inherits the last one's recordings.</summary>
internal sealed class LoadRun(LoadArguments arguments, CallContent content, TextWriter progress)
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private readonly List<StepReport> _steps = [];
    private readonly List<string> _notes = [];

    public async Task<LoadReport> ExecuteAsync(CancellationToken ct)
    {
        _notes.Add(arguments.ServerCore is { } core ? $"The server is pinned to core {core}." : "The server is not pinned.");
        switch (arguments.Command)
        {
            case "peers":
                await PeersAsync(ct);
                break;
            case "hub":
                await StepsAsync(StartHubAsync, arguments.Calls, ct);
                _notes.Add(Saturation.Describe(_steps));
                break;
            case "janus":
                await JanusAsync(ct);
                break;
            default:
                await RunningAsync(ct);
                break;
        }

        return new LoadReport(Environs.Here(), _notes, _steps);
    }

    /// <summary>In turn, step by step, so that a slower hour of the machine is everybody's.</summary>
    private async Task PeersAsync(CancellationToken ct)
    {
        var best = await BestJanusAsync(ct);
        foreach (var calls in arguments.Calls)
        {
            await StepsAsync(StartHubAsync, [calls], ct);
            await StepsAsync(token => StartJanusAsync(best, token), [calls], ct);
            Compare(calls);
        }

        await StepsAsync(StartHubAsync, arguments.UpTo, ct);
        _notes.Add("Our own hub: " + Saturation.Describe([.. _steps.Where(s => !IsJanus(s))]));
    }

    private async Task JanusAsync(CancellationToken ct)
    {
        var best = await BestJanusAsync(ct);
        await StepsAsync(token => StartJanusAsync(best, token), arguments.Calls, ct);
    }

    /// <summary>Several short runs at the second step: the setting that costs least without losing anything.</summary>
    private async Task<JanusSettings> BestJanusAsync(CancellationToken ct)
    {
        var candidates = arguments.EventLoops.SelectMany(loops => (JanusSettings[])[new(loops, IceLite: true), new(loops, IceLite: false)]).ToArray();
        if (candidates.Length == 1)
            return candidates[0];
        var calls = arguments.Calls.Order().ElementAt(Math.Min(1, arguments.Calls.Count - 1));
        var tried = new List<(JanusSettings Settings, StepReport Report)>();
        foreach (var settings in candidates)
            tried.Add((settings, await StepAsync(token => StartJanusAsync(settings, token), new StepOptions(calls, TimeSpan.FromSeconds(2), arguments.Measured / 2), ct)));
        var best = tried.OrderBy(t => t.Report.LossPercent > 0.1).ThenBy(t => t.Report.CpuMsPerCallSecond).First().Settings;
        _notes.Add($"Janus at {calls} calls, ms per call-second: " + string.Join("; ", tried.Select(t =>
            string.Create(CultureInfo.InvariantCulture, $"{t.Settings} {t.Report.CpuMsPerCallSecond:0.0}"))) + $". Taken: {best}.");
        return best;
    }

    private async Task RunningAsync(CancellationToken ct)
    {
        await using ILoadServer server = arguments.Command == "whip"
            ? new WhipServer(new WhipTemplates(arguments.Whip!, arguments.Whep!), arguments.Bearer, arguments.ProcessId)
            : await HubServer.SignInAsync(new Uri(arguments.Url!), arguments.Email!, arguments.Password!, arguments.ProcessId);
        foreach (var calls in arguments.Calls)
            _steps.Add(Tell(await LoadStep.RunAsync(server, content, Options(calls), endCalls: true, ct)));
    }

    private async Task StepsAsync(Func<CancellationToken, Task<ILoadServer>> start, IReadOnlyList<int> steps, CancellationToken ct)
    {
        foreach (var calls in steps)
            _steps.Add(await StepAsync(start, Options(calls), ct));
    }

    private async Task<StepReport> StepAsync(Func<CancellationToken, Task<ILoadServer>> start, StepOptions options, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(StartPatience);
        await using var server = await start(patience.Token);
        return Tell(await LoadStep.RunAsync(server, content, options, endCalls: false, ct));
    }

    private async Task<ILoadServer> StartHubAsync(CancellationToken ct) =>
        await HubProcess.StartAsync(arguments.Server ?? HubProcess.FindServer(), arguments.ServerCore, ct);

    private async Task<ILoadServer> StartJanusAsync(JanusSettings settings, CancellationToken ct) =>
        await JanusProcess.StartAsync(settings, arguments.ServerCore, ct);

    private StepOptions Options(int calls) => new(calls, arguments.Settle, arguments.Measured);

    private StepReport Tell(StepReport step)
    {
        progress.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{step.Server}, {step.Calls} calls: {step.CpuMsPerCallSecond:0.0} ms per call-second, {step.Lost} of {step.Sent} lost, latency p50 {step.LatencyMedianMs:0.00} p99 {step.LatencyP99Ms:0.0} ms, set-up p50 {step.SetUpMedianMs:0} ms, {step.ResidentMiB:0} MiB, generator {step.GeneratorCpuPercent:0} %"));
        return step;
    }

    private void Compare(int calls)
    {
        var (ours, theirs) = (_steps.Last(s => !IsJanus(s)), _steps.Last(IsJanus));
        _notes.Add(string.Create(CultureInfo.InvariantCulture,
            $"At {calls} calls ours costs {ours.CpuMsPerCallSecond / theirs.CpuMsPerCallSecond:0.00} of Janus' processor time and {ours.ResidentPerCallMiB / theirs.ResidentPerCallMiB:0.00} of its memory per call."));
    }

    private static bool IsJanus(StepReport step) => step.Server.StartsWith("Janus", StringComparison.Ordinal);
}
