using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AfterSales.Video.Load.Servers;

/// <summary>A server started for one measurement, on one core if asked, with a folder of its own that goes with it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lastLines = [];

    private ServerProcess(Process process, string folder) => (_process, Folder) = (process, folder);

    public string Folder { get; }

    public int Id => _process.Id;

    /// <param name="core">Null: wherever the kernel likes. Needs taskset.</param>
    public static ServerProcess Start(string folder, int? core, string program, params IEnumerable<string> arguments)
    {
        // Not the folder: a hub watches the settings below where it stands, and would be woken by its own recordings.
        var start = new ProcessStartInfo(core is null ? program : "taskset") { WorkingDirectory = AppContext.BaseDirectory, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        string[] pinned = core is { } number ? ["-c", number.ToString(CultureInfo.InvariantCulture), program] : [];
        foreach (var argument in pinned.Concat(arguments))
            start.ArgumentList.Add(argument);
        return new ServerProcess(Process.Start(start)!, folder);
    }

    /// <summary>Reads output until a line satisfies <paramref name="isReady"/>; what follows is read and forgotten, so that the server never waits for us.</summary>
    /// <exception cref="LoadServerException">The server ended first; the message holds its last words.</exception>
    public async Task ReadUntilAsync(Func<string, bool> isReady, CancellationToken ct)
    {
        _ = _process.StandardError.BaseStream.CopyToAsync(Stream.Null, ct);
        while (await _process.StandardOutput.ReadLineAsync(ct) is { } line)
        {
            _lastLines.Add(line);
            if (isReady(line))
            {
                _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return;
            }
        }

        throw new LoadServerException("The server ended before it was ready:\n" + string.Join('\n', _lastLines.TakeLast(20)));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>A free TCP port of this host; somebody else may take it before it is used, which then fails loudly.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
