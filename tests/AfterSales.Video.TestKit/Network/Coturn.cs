using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace AfterSales.Video.TestKit.Network;

/// <summary>A real relay (Debian's coturn) with REST credentials, on free loopback ports, UDP and TCP; ended with the test.</summary>
public sealed class Coturn : IAsyncLifetime
{
    public const string Secret = "between-hub-and-relay-only";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private readonly string _folder = Directory.CreateTempSubdirectory("coturn-").FullName;
    private Process? _process;

    public int Port { get; } = FreePort();

    /// <summary>As a page is told it.</summary>
    public string Url => $"turn:127.0.0.1:{Port}?transport=udp";

    public async ValueTask InitializeAsync()
    {
        string[] arguments =
        [
            "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", $"--listening-port={Port}", "--use-auth-secret", $"--static-auth-secret={Secret}", "--realm=aftersales.test",
            "--allow-loopback-peers", "--no-cli", "--no-tls", "--no-dtls", "--log-file=stdout", "--simple-log", $"--pidfile={_folder}/pid", $"--userdb={_folder}/users",
        ];
        _process = Process.Start(new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", "turnserver", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })
            ?? throw new InvalidOperationException("coturn is missing: apt-get install coturn, or ./test.sh, which does it");
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ListeningAsync().WaitAsync(StartLimit);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task ListeningAsync()
    {
        while (true)
        {
            using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                Assert.False(_process!.HasExited, "turnserver ended: is coturn installed?");
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
