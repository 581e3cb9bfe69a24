using System.Net;
using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.IntegrationTests.Support;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>A proxy like nginx in front: what it says is believed, what a stranger says is not.</summary>
public sealed class ProxyTests
{
    [Fact]
    public async Task Behind_a_trusted_proxy_links_cookies_and_limits_are_those_of_the_outside()
    {
        await using var hub = await TestHub.StartAsync("--Web:TrustedProxies:0=127.0.0.1", "--RateLimits:RedeemsPerMinute=1");
        using var admin = Forwarded(hub, "203.0.113.9", hub.AdminToken);
        var call = await NewCallAsync(admin);
        Assert.StartsWith("https://help.example.com/c#", call.BuyerUrl, StringComparison.Ordinal);

        using var phone = Forwarded(hub, "203.0.113.50");
        phone.DefaultRequestHeaders.Add("Origin", "https://help.example.com");
        using var redeemed = await phone.PostAsJsonAsync("/api/buyer/redeem", new RedeemRequest(call.BuyerUrl.Split('#')[1]));
        Assert.Equal(HttpStatusCode.OK, redeemed.StatusCode);
        var cookie = redeemed.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);

        using var foreign = Forwarded(hub, "203.0.113.51");
        foreign.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        await foreign.PostRefusedAsync("/api/buyer/redeem", new RedeemRequest(new string('A', 43)), 403, ProblemCodes.OriginRefused);

        // Each outside address has its own budget: the proxy's is not everybody's.
        await phone.PostRefusedAsync("/api/buyer/redeem", new RedeemRequest(new string('A', 43)), 429, ProblemCodes.TooManyRequests);
        using var other = Forwarded(hub, "203.0.113.52");
        await other.PostRefusedAsync("/api/buyer/redeem", new RedeemRequest(new string('A', 43)), 404, ProblemCodes.LinkNotValid);
    }

    [Theory]
    [InlineData("--Web:TrustedProxies:0=10.0.0.0/8")]
    [InlineData("--Web:AllowedOrigins:0=https://unrelated.example")]
    public async Task Forged_headers_of_others_change_neither_links_nor_origins_nor_limits(string setting)
    {
        await using var hub = await TestHub.StartAsync(setting, "--RateLimits:RedeemsPerMinute=1");
        using var admin = Forwarded(hub, "203.0.113.9", hub.AdminToken);
        Assert.StartsWith($"http://127.0.0.1:{hub.Url.Port}/c#", (await NewCallAsync(admin)).BuyerUrl, StringComparison.Ordinal);

        using var forger = Forwarded(hub, "203.0.113.50");
        forger.DefaultRequestHeaders.Add("Origin", "https://help.example.com");
        await forger.PostRefusedAsync("/api/buyer/redeem", new RedeemRequest(new string('A', 43)), 403, ProblemCodes.OriginRefused);

        using var first = Forwarded(hub, "203.0.113.1");
        await first.PostRefusedAsync("/api/buyer/redeem", new RedeemRequest(new string('A', 43)), 404, ProblemCodes.LinkNotValid);

        using var last = Forwarded(hub, "203.0.113.99");
        await last.PostRefusedAsync("/api/buyer/redeem", new RedeemRequest(new string('A', 43)), 429, ProblemCodes.TooManyRequests);
    }

    [Fact]
    public async Task Of_a_chain_only_what_the_trusted_proxy_itself_saw_counts()
    {
        await using var hub = await TestHub.StartAsync("--Web:TrustedProxies:0=127.0.0.1", "--RateLimits:RedeemsPerMinute=1");
        // A client that sends X-Forwarded-For itself, through a proxy that appends.
        using var forger = Forwarded(hub, "198.51.100.1, 203.0.113.7");
        await forger.PostRefusedAsync("/api/buyer/redeem", new RedeemRequest(new string('A', 43)), 404, ProblemCodes.LinkNotValid);

        using var again = Forwarded(hub, "198.51.100.77, 203.0.113.7");
        await again.PostRefusedAsync("/api/buyer/redeem", new RedeemRequest(new string('A', 43)), 429, ProblemCodes.TooManyRequests);
    }

    // As the nginx configuration in docs/operations/running.md sends them, and X-Forwarded-Host as other proxies do.
    private static HttpClient Forwarded(TestHub hub, string address, string? token = null)
    {
        var client = hub.Client(token);
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.Add("X-Forwarded-Host", "help.example.com");
        return client;
    }

    private static async Task<CallCreatedView> NewCallAsync(HttpClient admin)
    {
        var ticket = await admin.PostOkAsync<TicketView>("/api/tickets", Sample.Ticket());
        return await admin.PostOkAsync<CallCreatedView>($"/api/tickets/{ticket.TicketId}/calls", null);
    }
}
