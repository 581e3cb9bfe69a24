using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AfterSales.Video.Benchmarks.Hub;

/// <summary>A hub process of its own with an empty data folder, and a program's view of its API (docs/api.md).</summary>
internal sealed partial class HubProcess : IAsyncDisposable
{
    private const string Password = "Blue-kettle-27-orchard";
    private readonly string _data;
    private readonly Process _process;
    private readonly HttpClient _http;

    private HubProcess(Process process, int port, string data) =>
        (_process, _data, _http) = (process, data, new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") });

    public static async Task<HubProcess> StartAsync()
    {
        var root = RepositoryRoot();
        var dll = Path.Combine(root, "src/AfterSales.Video.Server/bin/Release/net10.0/AfterSales.Video.Server.dll");
        if (!File.Exists(dll))
            throw new FileNotFoundException("Build the server in Release first: make bench does.", dll);
        var (port, media, data) = (FreePort(), FreePort(), Directory.CreateTempSubdirectory("aftersales-bench-").FullName);
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = root, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (string[])[dll, "--data", data, $"--Http:Port={port}", "--Https:Port=-1", $"--Media:UdpPort={media}", $"--Media:TcpPort={media}"])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var hub = new HubProcess(process, port, data);
        await hub.SignInAsync(await hub.ReadOneTimePasswordAsync());
        return hub;
    }

    /// <summary>MiB, from /proc.</summary>
    public double ResidentMiB() => int.Parse(
        Resident().Match(File.ReadAllText($"/proc/{_process.Id}/status")).Groups["value"].ValueSpan, CultureInfo.InvariantCulture) / 1024.0;

    public TimeSpan Cpu()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    public async Task<string> OpenCallAsync()
    {
        var ticket = await PostAsync("/api/tickets", new
        {
            subject = "bench",
            buyerName = "Bench",
            buyerPhone = "13800000000",
            problemType = "product",
            platform = "other",
            platformOrderId = "1",
            orderLines = new[] { new { sku = "1", title = "1", quantity = 1, unitPrice = 1, currency = "CNY" } },
        });
        var call = await PostAsync($"/api/tickets/{ticket.GetProperty("ticketId").GetString()}/calls", null);
        return call.GetProperty("call").GetProperty("callId").GetString()!;
    }

    public async Task<MediaEntry> MediaTokenAsync(string callId, string role)
    {
        var token = await PostAsync($"/api/calls/{callId}/media-tokens", new { role, displayName = role, consentGiven = true, language = "en" });
        return new MediaEntry(
            token.GetProperty("whipUrl").GetString()!, token.GetProperty("whepUrl").GetString()!, token.GetProperty("token").GetString()!);
    }

    public Task EndCallAsync(string callId) => PostAsync($"/api/calls/{callId}/end", null);

    /// <summary>One round trip: offer in, answer out (RFC 9725).</summary>
    public async Task<string> NegotiateAsync(string url, string token, string offer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(offer, new MediaTypeHeaderValue("application/sdp")) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return response.StatusCode == HttpStatusCode.Created ? body : throw new InvalidOperationException($"{url}: {response.StatusCode} {body}");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private async Task SignInAsync(string oneTime)
    {
        await TokenAsync(oneTime);
        await PostAsync("/api/session/password", new { currentPassword = oneTime, newPassword = Password });
        await TokenAsync(Password);
    }

    private async Task TokenAsync(string password)
    {
        _http.DefaultRequestHeaders.Authorization = null;
        var token = await PostAsync("/api/tokens", new { email = "admin@localhost", password });
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetProperty("accessToken").GetString());
    }

    private async Task<JsonElement> PostAsync(string path, object? body)
    {
        using var response = await _http.PostAsync(path, body is null ? null : JsonContent.Create(body));
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"{path}: {response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private async Task<string> ReadOneTimePasswordAsync()
    {
        var password = "";
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (OneTimePassword().Match(line) is { Success: true } match)
                password = match.Groups["value"].Value;
            if (line.Contains("Ctrl+C", StringComparison.Ordinal))
                break;
        }

        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        return password.Length > 0 ? password : throw new InvalidOperationException("The hub printed no one-time password.");
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "AfterSales.Video.sln")))
            folder = folder.Parent;
        return folder.FullName;
    }

    [GeneratedRegex(@"one-time password:\s*(?<value>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OneTimePassword();

    [GeneratedRegex(@"VmRSS:\s+(?<value>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Resident();
}

internal sealed record MediaEntry(string WhipUrl, string WhepUrl, string Token);
