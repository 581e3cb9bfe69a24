using System.Net.Http.Headers;
using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Hosting;
using AfterSales.Video.TestKit.Signalling;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AfterSales.Video.Server.IntegrationTests.Support;

/// <summary>The whole program on a free port of this computer, with a data folder of its own and a clock that can be moved on.</summary>
public sealed class TestHub : IAsyncDisposable
{
    public const string AdminPassword = "Blue-kettle-27-orchard";

    private readonly bool _ownsFolder;
    private string _adminToken = "";

    private TestHub(WebApplication app, string folder, bool ownsFolder, ShiftedTime time, LogLines log) =>
        (App, Folder, _ownsFolder, Time, Log) = (app, folder, ownsFolder, time, log);

    public WebApplication App { get; }
    public string Folder { get; }
    public ShiftedTime Time { get; }
    public LogLines Log { get; }
    public Uri Url { get; private set; } = null!;
    public string AdminToken => _adminToken;

    /// <param name="settings">"--Section:Key=value".</param>
    public static Task<TestHub> StartAsync(params string[] settings) => StartInAsync(null, settings);

    /// <summary>One whose clock is wrong from the beginning.</summary>
    public static Task<TestHub> StartShiftedAsync(TimeSpan shift, params string[] settings) => StartInAsync(null, shift, static _ => { }, settings);

    /// <param name="services">Adds what the program asks for and has no own of.</param>
    public static Task<TestHub> StartWithAsync(Action<IServiceCollection> services, params string[] settings) => StartInAsync(null, TimeSpan.Zero, services, settings);

    /// <param name="folder">Of a hub that ran before; null for a fresh one.</param>
    public static Task<TestHub> StartInAsync(string? folder, params string[] settings) => StartInAsync(folder, TimeSpan.Zero, static _ => { }, settings);

    private static async Task<TestHub> StartInAsync(string? folder, TimeSpan shift, Action<IServiceCollection> services, string[] settings)
    {
        var data = folder ?? Directory.CreateTempSubdirectory("aftersales-test-").FullName;
        var time = new ShiftedTime();
        time.Advance(shift);
        var log = new LogLines();
        string[] defaults =
        [
            "--Http:Port=0", "--Https:Port=-1", "--Media:UdpPort=0", "--Media:TcpPort=-1", "--Media:BindAddress=127.0.0.1",
            "--RateLimits:SignInsPerMinute=100000", "--RateLimits:RedeemsPerMinute=100000", "--RateLimits:RequestsPerMinute=1000000",
        ];
        var app = HubHost.Build(new HubArguments(data, false, [.. defaults, .. settings]), builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            services(builder.Services);
            builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1000);
            builder.Logging.ClearProviders().AddProvider(log);
        });
        var hub = new TestHub(app, data, folder is null, time, log);
        var password = await HubHost.PrepareAsync(app, CancellationToken.None);
        await app.StartAsync();
        hub.Url = new Uri(app.Urls.First());
        if (password is not null)
            await hub.ChangeAdminPasswordAsync(password);
        await hub.SignInAgainAsync();
        return hub;
    }

    /// <summary>After the clock was moved on: the administrator's token lasts an hour.</summary>
    public async Task SignInAgainAsync() => _adminToken = await TokenAsync("admin@localhost", AdminPassword);

    /// <summary>A program's client, as administrator.</summary>
    public HttpClient Admin() => Client(_adminToken);

    public HttpClient Client(string? token = null, string? cookie = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Url };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (cookie is not null)
            client.DefaultRequestHeaders.Add("Cookie", cookie);
        return client;
    }

    public async Task<string> TokenAsync(string email, string password)
    {
        using var client = Client();
        var answer = await client.PostAsJsonAsync("/api/tokens", new SignInRequest(email, password));
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<AccessTokenView>())!.AccessToken;
    }

    /// <summary>A colleague who has chosen a password already.</summary>
    public async Task<(AgentView Agent, string Token)> AgentAsync(string email, params string[] roles)
    {
        using var admin = Admin();
        var created = await admin.PostOkAsync<AgentCreatedView>("/api/admin/agents", new CreateAgentRequest(email, email.Split('@')[0], roles));
        await ChangePasswordAsync(email, created.OneTimePassword);
        return (created.Agent, await TokenAsync(email, AdminPassword));
    }

    public async Task<TicketView> TicketAsync(string subject = "左耳没有声音", string name = "王小明", string phone = "13812344821")
    {
        using var admin = Admin();
        return await admin.PostOkAsync<TicketView>("/api/tickets", Sample.Ticket(subject, name, phone));
    }

    public async Task<CallCreatedView> CallAsync(string? ticketId = null)
    {
        using var admin = Admin();
        ticketId ??= (await TicketAsync()).TicketId;
        return await admin.PostOkAsync<CallCreatedView>($"/api/tickets/{ticketId}/calls", null);
    }

    /// <summary>A buyer's browser that redeemed the link. The cookie header of its session.</summary>
    public async Task<string> RedeemAsync(CallCreatedView call)
    {
        using var client = Client();
        var answer = await client.PostAsJsonAsync("/api/buyer/redeem", new RedeemRequest(call.BuyerUrl.Split('#')[1]));
        answer.EnsureSuccessStatusCode();
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    public async Task<BuyerCallView> AgreeAsync(string buyerCookie)
    {
        using var buyer = Client(cookie: buyerCookie);
        var notice = (await buyer.GetFromJsonAsync<BuyerCallView>("/api/buyer/call"))!.Consent;
        return await buyer.PostOkAsync<BuyerCallView>("/api/buyer/consent", new ConsentRequest("recorded_call", notice.Version, "zh-CN"));
    }

    public Task<JsonHubClient> CallHubAsync(params (string Name, string Value)[] headers) => HubAsync("/hubs/call", headers);

    public Task<JsonHubClient> CallHubAsStaffAsync() => CallHubAsync(("Authorization", "Bearer " + _adminToken));

    public Task<JsonHubClient> CallHubAsBuyerAsync(string cookie) => CallHubAsync(("Cookie", cookie));

    public Task<JsonHubClient> HubAsync(string path, params (string Name, string Value)[] headers) =>
        JsonHubClient.OpenAsync(new UriBuilder(Url) { Scheme = "ws", Path = path }.Uri, headers);

    /// <summary>Work on the database in the name of a tenant.</summary>
    internal async Task<T> WithDataAsync<T>(string tenantId, Func<IServiceProvider, Task<T>> work)
    {
        await using var scope = App.Services.GetRequiredService<IServiceScopeFactory>().CreateTenantScope(tenantId);
        return await work(scope.ServiceProvider);
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        if (_ownsFolder)
            Directory.Delete(Folder, recursive: true);
    }

    private Task ChangeAdminPasswordAsync(string oneTime) => ChangePasswordAsync("admin@localhost", oneTime);

    private async Task ChangePasswordAsync(string email, string oneTime)
    {
        using var client = Client(await TokenAsync(email, oneTime));
        (await client.PostAsJsonAsync("/api/session/password", new ChangePasswordRequest(oneTime, AdminPassword))).EnsureSuccessStatusCode();
    }
}
