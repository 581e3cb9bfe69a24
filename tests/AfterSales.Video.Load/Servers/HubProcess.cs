using System.Text.RegularExpressions;

namespace AfterSales.Video.Load.Servers;

/// <summary>Starts our own hub with an empty data folder and signs in.</summary>
internal static partial class HubProcess
{
    private const string Email = "admin@localhost";
    private const string Password = "Blue-kettle-27-orchard";

    /// <param name="serverDll">AfterSales.Video.Server.dll.</param>
    /// <param name="core">As <see cref="ServerProcess.Start"/>.</param>
    /// <param name="ct">Ends the waiting for it.</param>
    public static async Task<HubServer> StartAsync(string serverDll, int? core, CancellationToken ct)
    {
        if (!File.Exists(serverDll))
            throw new FileNotFoundException("Build the server first: dotnet build src/AfterSales.Video.Server -c Release", serverDll);
        var (port, media, folder) = (ServerProcess.FreePort(), ServerProcess.FreePort(), Directory.CreateTempSubdirectory("aftersales-load-").FullName);
        // The limit is per client address, and all of a hundred calls come from one.
        var process = ServerProcess.Start(folder, core, "dotnet", serverDll, "--data", folder, $"--Http:Port={port}", "--Https:Port=-1",
            $"--Media:UdpPort={media}", $"--Media:TcpPort={media}", "--RateLimits:RequestsPerMinute=100000");
        try
        {
            var oneTime = "";
            await process.ReadUntilAsync(line => IsReady(line, ref oneTime), ct);
            var hub = await HubServer.SignInAsync(new Uri($"http://localhost:{port}"), Email, oneTime, process.Id, process);
            await hub.ChoosePasswordAsync(Email, oneTime, Password);
            return hub;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>The Release build, or the one this program itself was built as.</summary>
    public static string FindServer()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AfterSales.Video.sln")))
            folder = folder.Parent;
        var built = Path.Combine(folder?.FullName ?? "", "src", "AfterSales.Video.Server", "bin");
        var sameAsThis = AppContext.BaseDirectory.Contains("/Debug/", StringComparison.Ordinal) ? "Debug" : "Release";
        return Path.Combine(built, sameAsThis, "net10.0", "AfterSales.Video.Server.dll");
    }

    private static bool IsReady(string line, ref string oneTime)
    {
        if (OneTimePassword().Match(line) is { Success: true } match)
            oneTime = match.Groups["value"].Value;
        return line.Contains("Ctrl+C", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"one-time password:\s*(?<value>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OneTimePassword();
}
