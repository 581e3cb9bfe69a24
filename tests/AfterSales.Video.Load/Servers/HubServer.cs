using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AfterSales.Video.Rtc.Client;

namespace AfterSales.Video.Load.Servers;

/// <summary>Our own hub by its API (docs/api.md): a ticket, a call under it, media tokens, WHIP and WHEP. Every call is recorded.</summary>
internal sealed class HubServer : ILoadServer
{
    private readonly HttpClient _http;
    private readonly IAsyncDisposable? _process;

    private HubServer(HttpClient http, int? processId, IAsyncDisposable? process) => (_http, ProcessId, _process) = (http, processId, process);

    public string Name => "AfterSales.Video";

    public int? ProcessId { get; }

    /// <param name="owned">Ended together with this.</param>
    public static async Task<HubServer> SignInAsync(Uri hub, string email, string password, int? processId, IAsyncDisposable? owned = null)
    {
        var server = new HubServer(new HttpClient { BaseAddress = hub }, processId, owned);
        await server.TakeTokenAsync(email, password);
        return server;
    }

    /// <summary>Answers the first start's demand for a password of one's own.</summary>
    public async Task ChoosePasswordAsync(string email, string oneTime, string password)
    {
        await PostAsync("/api/session/password", new { currentPassword = oneTime, newPassword = password });
        await TakeTokenAsync(email, password);
    }

    public async Task<ILoadRoom> OpenCallAsync(int number, CancellationToken ct)
    {
        var ticket = await PostAsync("/api/tickets", new
        {
            subject = "load",
            buyerName = "Load",
            buyerPhone = "13800000000",
            problemType = "product",
            platform = "other",
            platformOrderId = "1",
            orderLines = new[] { new { sku = "1", title = "1", quantity = 1, unitPrice = 1, currency = "CNY" } },
        });
        var call = await PostAsync($"/api/tickets/{Text(ticket, "ticketId")}/calls", null);
        return new HubRoom(this, Text(call.GetProperty("call"), "callId"));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
    }

    private async Task TakeTokenAsync(string email, string password)
    {
        _http.DefaultRequestHeaders.Authorization = null;
        var token = await PostAsync("/api/tokens", new { email, password });
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Text(token, "accessToken"));
    }

    private async Task<JsonElement> PostAsync(string path, object? body)
    {
        using var response = await _http.PostAsync(path, body is null ? null : JsonContent.Create(body));
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            throw new LoadServerException($"POST {path} was answered {(int)response.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private static string Text(JsonElement from, string property) =>
        from.TryGetProperty(property, out var value) && value.GetString() is { } text ? text : throw new LoadServerException($"The hub's answer has no {property}.");

    private sealed class HubRoom(HubServer hub, string callId) : ILoadRoom
    {
        private readonly Dictionary<string, Task<JsonElement>> _tokens = new(StringComparer.Ordinal);
        private readonly WhipClient _whip = new(hub._http);

        public Task PublishAsync(string role, RtcClient client, CancellationToken ct) => OpenAsync(role, "whipUrl", client, ct);

        public Task SubscribeAsync(string role, RtcClient client, CancellationToken ct) => OpenAsync(role, "whepUrl", client, ct);

        public async ValueTask DisposeAsync() => await hub.PostAsync($"/api/calls/{callId}/end", null);

        private async Task OpenAsync(string role, string address, RtcClient client, CancellationToken ct)
        {
            if (!_tokens.TryGetValue(role, out var asked))
                _tokens.Add(role, asked = hub.PostAsync($"/api/calls/{callId}/media-tokens", new { role, displayName = role, consentGiven = true, language = "en" }));
            var token = await asked;
            await _whip.OpenAsync(new Uri(hub._http.BaseAddress!, Text(token, address)), Text(token, "token"), client, ct);
        }
    }
}
