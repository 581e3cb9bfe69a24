using System.Globalization;
using System.Net;
using AfterSales.Video.TestKit.Network;

namespace AfterSales.Video.MediaProbe;

/// <summary>
/// A bad network by hand: what is sent to one port of this computer goes to another as the script says, UDP and TCP alike. Each line on standard input is applied at once, as a
/// line of a script without its time; `udp` or `tcp` before it means that one only. Ends with the input, or on Ctrl+C.
/// </summary>
internal static class Impair
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(string listen, string server, string scriptFile, string seed)
    {
        try
        {
            await RunAsync(Port(listen), Port(server), LinkScript.Parse(await File.ReadAllTextAsync(scriptFile)), int.Parse(seed, CultureInfo.InvariantCulture));
            return 0;
        }
        catch (Exception e) when (e is FormatException or IOException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }

    private static async Task RunAsync(int port, int serverPort, LinkScript script, int seed)
    {
        var server = new IPEndPoint(IPAddress.Loopback, serverPort);
        // Browsers are told the addresses of the network's interfaces, phones have no other.
        await using var udp = new UdpImpairmentProxy(server, script, seed, new IPEndPoint(IPAddress.Any, port));
        await using var tcp = new TcpImpairmentProxy(server, script, seed, new IPEndPoint(IPAddress.Any, udp.Address.Port));
        await Console.Out.WriteLineAsync($"this computer:{udp.Address.Port} → 127.0.0.1:{serverPort}, seed {seed}. Type e.g. `both loss 10% delay 80ms`, `up dead`, `rebind`, `both clear`.");
        using var stop = new CancellationTokenSource();
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        var counting = CountAsync(timer, udp, stop.Token);
        while (await Console.In.ReadLineAsync(stop.Token) is { } line)
            Apply(line, udp, tcp);
        await stop.CancelAsync();
        await counting;
    }

    private static void Apply(string line, UdpImpairmentProxy udp, TcpImpairmentProxy tcp)
    {
        var (onUdp, onTcp) = (!line.StartsWith("tcp ", StringComparison.Ordinal), !line.StartsWith("udp ", StringComparison.Ordinal));
        try
        {
            foreach (var step in LinkScript.Parse("0 " + (onUdp && onTcp ? line : line[4..])).Steps)
                Apply(step, onUdp ? udp : null, onTcp ? tcp : null);
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine(e.Message);
        }
    }

    private static void Apply(LinkStep step, UdpImpairmentProxy? udp, TcpImpairmentProxy? tcp)
    {
        udp?.Set(step.Up, step.Down);
        tcp?.Set(step.Up, step.Down);
        if (step.ChangesAddress)
            udp?.ChangeAddress();
    }

    private static async Task CountAsync(PeriodicTimer timer, UdpImpairmentProxy udp, CancellationToken ct)
    {
        var (up, down) = (udp.Up, udp.Down);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                Print("up", up, udp.Up);
                Print("down", down, udp.Down);
                (up, down) = (udp.Up, udp.Down);
            }
        }
        catch (OperationCanceledException)
        {
            // The input has ended.
        }
    }

    private static void Print(string direction, LinkCounts before, LinkCounts after)
    {
        if (after.Offered > before.Offered)
            Console.WriteLine($"{direction,-5} {after.Offered - before.Offered,6}/s  lost {after.Lost - before.Lost}  queue full {after.Overflowed - before.Overflowed}");
    }

    private static int Port(string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var port) && port is >= 0 and <= 65535 ? port : throw new FormatException($"'{text}' is no port: write a number up to 65535.");
}
