using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace AfterSales.Video.TestKit.Stores;

/// <summary>A real server from tests/stores (npm), on a free loopback port, with its files in a temporary folder. Null address and a reason when it is not installed.</summary>
public abstract partial class NodeServer(params string[] arguments) : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private readonly string _folder = Directory.CreateTempSubdirectory("store-server-").FullName;
    private Process? _process;
    private Uri? _address;

    public string Folder => _folder;

    /// <summary>Skips the test when the server is not there.</summary>
    public Uri Address
    {
        get
        {
            Assert.SkipUnless(_address is not null, "tests/stores has no packages: run npm ci there, or ./test.sh, which does it");
            return _address!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        var home = FindHome();
        if (!Directory.Exists(Path.Combine(home, "node_modules", ".bin")))
            return;
        _process = Process.Start(new ProcessStartInfo("node", arguments.Select(a => a.Replace("{folder}", _folder, StringComparison.Ordinal)))
        {
            WorkingDirectory = home,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        })!;
        var ready = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new List<string>();
        void Hear(string? line)
        {
            lock (said)
                said.Add(line ?? "(end)");
            if (line is not null && Listening().Match(line) is { Success: true } match)
                ready.TrySetResult(new Uri(match.Value));
        }

        _process.OutputDataReceived += (_, e) => Hear(e.Data);
        _process.ErrorDataReceived += (_, e) => Hear(e.Data);
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"{arguments[0]} ended: {string.Join('\n', said)}"));
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _address = await ready.Task.WaitAsync(StartLimit);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private static string FindHome()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AfterSales.Video.sln")))
            folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("Run from inside the repository."), "tests", "stores");
    }

    [GeneratedRegex(@"(?<=listen\w* on )http://[0-9.]+:[0-9]+", RegexOptions.None, 1000)]
    private static partial Regex Listening();
}
