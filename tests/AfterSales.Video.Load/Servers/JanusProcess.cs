using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace AfterSales.Video.Load.Servers;

/// <summary>How Janus is set up for one measurement.</summary>
/// <param name="EventLoops">0: a thread for each connection, Janus' default; else so many threads for all.</param>
/// <param name="IceLite">Answers checks only, as ours does. Janus' default is full ICE.</param>
internal sealed record JanusSettings(int EventLoops, bool IceLite)
{
    public override string ToString() => $"event_loops={EventLoops}{(IceLite ? ", ice_lite" : "")}";
}

/// <summary>Starts Debian's Janus with nothing but VideoRoom and its WebSocket API, on loopback, its configuration and recordings in a folder of its own.</summary>
internal static class JanusProcess
{
    private const string Program = "/usr/bin/janus";
    private const string Library = "/usr/lib";

    public static bool IsInstalled => File.Exists(Program);

    /// <param name="settings">What is varied to find its best.</param>
    /// <param name="core">As <see cref="ServerProcess.Start"/>.</param>
    /// <param name="ct">Ends the waiting for it.</param>
    public static async Task<JanusServer> StartAsync(JanusSettings settings, int? core, CancellationToken ct)
    {
        if (!IsInstalled)
            throw new FileNotFoundException("Janus is not installed: apt-get install janus", Program);
        var (address, port, folder) = (OwnAddress(), ServerProcess.FreePort(), Directory.CreateTempSubdirectory("janus-load-").FullName);
        Directory.CreateDirectory(Path.Combine(folder, "recordings"));
        await File.WriteAllTextAsync(Path.Combine(folder, "janus.jcfg"), Core(settings, folder, address), ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "janus.transport.websockets.jcfg"), Websockets(port), ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "janus.plugin.videoroom.jcfg"), "general: { }\n", ct);
        var process = ServerProcess.Start(folder, core, Program, "-F", folder, "-C", Path.Combine(folder, "janus.jcfg"));
        try
        {
            await process.ReadUntilAsync(line => line.Contains("WebSockets server started", StringComparison.OrdinalIgnoreCase), ct);
            return await JanusServer.ConnectAsync(new Uri($"ws://127.0.0.1:{port}"), $"Janus {settings}", address, Path.Combine(folder, "recordings"), process, ct);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private static string Core(JanusSettings settings, string folder, IPAddress address) => $$"""
        general: {
          configs_folder = "{{folder}}"
          plugins_folder = "{{Folder("plugins")}}"
          transports_folder = "{{Folder("transports")}}"
          events_folder = "{{Folder("events")}}"
          loggers_folder = "{{Folder("loggers")}}"
          debug_level = 4
          debug_colors = false
          session_timeout = 0
          protected_folders = []
          {{(settings.EventLoops > 0 ? $"event_loops = {settings.EventLoops}" : "")}}
        }
        media: { }
        nat: {
          ice_lite = {{(settings.IceLite ? "true" : "false")}}
          ice_tcp = false
          ice_enforce_list = "{{address}}"
        }
        plugins: { disable = "{{AllBut("plugins", "libjanus_videoroom.so")}}" }
        transports: { disable = "{{AllBut("transports", "libjanus_websockets.so")}}" }
        events: { broadcast = false }
        """;

    private static string Websockets(int port) => $$"""
        general: {
          json = "plain"
          ws = true
          ws_port = {{port}}
          ws_ip = "127.0.0.1"
        }
        admin: { admin_ws = false }
        """;

    /// <summary>Janus never uses the loopback interface: traffic to an address of the host's own stays inside the kernel all the same.</summary>
    private static IPAddress OwnAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(i => i.GetIPProperties().UnicastAddresses)
        .FirstOrDefault(a => a.Address.AddressFamily == AddressFamily.InterNetwork)?.Address
        ?? throw new LoadServerException("Janus needs an IPv4 interface besides loopback: ip link add load0 type dummy; ip addr add 10.99.0.1/32 dev load0; ip link set load0 up");

    private static string Folder(string kind) => Directory.EnumerateDirectories(Library, "janus", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 })
        .Select(found => Path.Combine(found, kind)).FirstOrDefault(Directory.Exists) ?? throw new LoadServerException($"Janus' {kind} are not below {Library}.");

    private static string AllBut(string kind, string kept) =>
        string.Join(',', Directory.EnumerateFiles(Folder(kind), "*.so").Select(Path.GetFileName).Where(name => name != kept));
}
