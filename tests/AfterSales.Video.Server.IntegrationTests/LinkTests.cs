using System.Net;
using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.IntegrationTests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>SE-01.</summary>
public sealed class LinkTests(SharedHub shared) : IClassFixture<SharedHub>
{
    [Fact]
    public async Task Of_a_hundred_parallel_redeems_exactly_one_wins()
    {
        var call = await shared.Hub.CallAsync();
        using var client = shared.Hub.Client();
        var request = new RedeemRequest(call.BuyerUrl.Split('#')[1]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => client.PostAsJsonAsync("/api/buyer/redeem", request)));

        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        Assert.Equal(99, answers.Count(a => a.StatusCode == HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task The_secret_has_256_bits_in_the_fragment_and_only_its_hash_is_stored()
    {
        var call = await shared.Hub.CallAsync();
        var secret = call.BuyerUrl.Split("/c#")[1];

        Assert.Equal(43, secret.Length);
        Assert.Contains("<svg", call.QrSvg, StringComparison.Ordinal);
        var rows = await shared.Hub.WithDataAsync(TenantScope.Default, services =>
            services.GetRequiredService<HubDbContext>().Set<BuyerLinkRow>().Where(l => l.CallId == call.Call.CallId).ToListAsync());
        Assert.Equal(Ids.Sha256(secret), Assert.Single(rows).TokenSha256);
        foreach (var file in Directory.EnumerateFiles(shared.Hub.Folder, "hub.db*"))
            Assert.DoesNotContain(secret, await ReadSharedAsync(file), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, shared.Hub.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_preview_does_not_use_the_link_up_and_sees_nothing_of_the_buyer()
    {
        var call = await shared.Hub.CallAsync();
        using var bot = shared.Hub.Client();
        for (var i = 0; i < 3; i++)
        {
            var page = await bot.GetAsync("/c");
            Assert.DoesNotContain("王", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.False(page.Headers.Contains("Set-Cookie"));
        }

        await shared.Hub.RedeemAsync(call);
    }

    [Fact]
    public async Task Expired_used_revoked_unknown_and_malformed_links_get_the_same_answer()
    {
        await using var hub = await TestHub.StartAsync();
        using var client = hub.Client();
        var used = await hub.CallAsync();
        await hub.RedeemAsync(used);
        var revoked = await hub.CallAsync();
        using var admin = hub.Admin();
        await admin.PostOkAsync<CallCreatedView>($"/api/calls/{revoked.Call.CallId}/links", null);
        var ended = await hub.CallAsync();
        await admin.PostOkAsync<CallView>($"/api/calls/{ended.Call.CallId}/end", null);
        var expired = await hub.CallAsync();
        string[] tokens =
        [
            used.BuyerUrl.Split('#')[1], revoked.BuyerUrl.Split('#')[1], ended.BuyerUrl.Split('#')[1], expired.BuyerUrl.Split('#')[1], new string('A', 43), "x",
        ];
        hub.Time.Advance(TimeSpan.FromHours(24.1));

        var bodies = new HashSet<string>();
        foreach (var token in tokens)
        {
            using var answer = await client.PostAsJsonAsync("/api/buyer/redeem", new RedeemRequest(token));
            await answer.ShouldBeAsync(404, ProblemCodes.LinkNotValid);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
            bodies.Add(System.Text.RegularExpressions.Regex.Replace(await answer.Content.ReadAsStringAsync(), "\"traceId\":\"[^\"]*\"", ""));
        }

        Assert.Single(bodies);
    }

    [Fact]
    public async Task The_same_browser_may_open_its_link_again()
    {
        var call = await shared.Hub.CallAsync();
        var cookie = await shared.Hub.RedeemAsync(call);
        using var again = shared.Hub.Client(cookie: cookie);

        var view = await again.PostOkAsync<BuyerCallView>("/api/buyer/redeem", new RedeemRequest(call.BuyerUrl.Split('#')[1]));

        Assert.Equal(call.Call.CallId, view.CallId);
        Assert.Equal("4821", view.OrderTail);
    }

    [Fact]
    public async Task The_session_cookie_is_host_bound_secure_and_out_of_reach_of_scripts()
    {
        var call = await shared.Hub.CallAsync();
        using var client = shared.Hub.Client();
        var answer = await client.PostAsJsonAsync("/api/buyer/redeem", new RedeemRequest(call.BuyerUrl.Split('#')[1]));
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();

        Assert.StartsWith("__Host-buyer=", cookie, StringComparison.Ordinal);
        Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/;", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain", cookie, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<string> ReadSharedAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, System.Text.Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}
