using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.IntegrationTests.Support;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>SE-21, and what a buyer may send instead of a call.</summary>
public sealed class LimitTests(SharedHub shared) : IClassFixture<SharedHub>
{
    [Fact]
    public async Task Too_many_redeems_of_an_address_are_429_with_retry_after()
    {
        await using var hub = await TestHub.StartAsync("--RateLimits:RedeemsPerMinute=5");
        using var client = hub.Client();
        for (var i = 0; i < 5; i++)
            await client.PostRefusedAsync("/api/buyer/redeem", new RedeemRequest(new string('A', 43)), 404, ProblemCodes.LinkNotValid);

        using var answer = await client.PostAsJsonAsync("/api/buyer/redeem", new RedeemRequest(new string('A', 43)));

        await answer.ShouldBeAsync(429, ProblemCodes.TooManyRequests);
        Assert.True(answer.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/healthz")).StatusCode);
    }

    [Fact]
    public async Task Calls_above_the_capacity_are_refused_until_one_ends()
    {
        await using var hub = await TestHub.StartAsync("--Calls:MaxConcurrent=1");
        var call = await hub.CallAsync();
        var ticket = await hub.TicketAsync();
        using var admin = hub.Admin();
        using var refused = await admin.PostAsync($"/api/tickets/{ticket.TicketId}/calls", null);
        await refused.ShouldBeAsync(503, ProblemCodes.CallsAtCapacity);
        Assert.NotNull(refused.Headers.RetryAfter);

        await admin.PostOkAsync<CallView>($"/api/calls/{call.Call.CallId}/end", null);
        await admin.PostOkAsync<CallCreatedView>($"/api/tickets/{ticket.TicketId}/calls", null);
    }

    [Fact]
    public async Task Photos_are_taken_by_what_they_are_and_shown_on_the_ticket()
    {
        var call = await shared.Hub.CallAsync();
        var cookie = await shared.Hub.RedeemAsync(call);
        using var buyer = shared.Hub.Client(cookie: cookie);
        var ended = await buyer.PostOkAsync<BuyerCallView>("/api/buyer/consent", new ConsentRequest("photos", "", "zh-CN"));
        Assert.Equal(("ended", "photos", "buyer_photos"), (ended.State, ended.Step, ended.EndReason));

        var photo = Sample.Jpeg();
        var receipt = await (await SendAsync(buyer, photo, "image/png", "划痕在这里")).Content.ReadFromJsonAsync<PhotoReceipt>();
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(photo)), receipt!.Sha256);
        await (await SendAsync(buyer, "<html>"u8.ToArray(), "image/jpeg", "")).ShouldBeAsync(415, ProblemCodes.PhotoNotAccepted);
        await (await SendAsync(buyer, [], "image/jpeg", "")).ShouldBeAsync(415, ProblemCodes.PhotoNotAccepted);
        await (await SendAsync(buyer, Sample.Jpeg(10 * 1024 * 1024 + 1), "image/jpeg", "")).ShouldBeAsync(413, ProblemCodes.RequestTooLarge);

        using var admin = shared.Hub.Admin();
        var seen = Assert.Single((await admin.GetFromJsonAsync<TicketView>($"/api/tickets/{call.Call.TicketId}"))!.Photos);
        Assert.Equal(("image/jpeg", "划痕在这里"), (seen.ContentType, seen.Note));
        Assert.Equal(photo, await admin.GetByteArrayAsync($"/api/photos/{seen.PhotoId}"));
    }

    [Fact]
    public async Task Outdated_consent_is_refused_and_a_rating_counts_once()
    {
        var call = await shared.Hub.CallAsync();
        var cookie = await shared.Hub.RedeemAsync(call);
        using var buyer = shared.Hub.Client(cookie: cookie);
        await buyer.PostRefusedAsync("/api/buyer/consent", new ConsentRequest("recorded_call", "2001-1", "en"), 409, ProblemCodes.ConsentOutdated);
        await buyer.PostRefusedAsync("/api/buyer/consent", new ConsentRequest("maybe", "2001-1", "en"), 400, ProblemCodes.RequestInvalid);
        await buyer.PostRefusedAsync("/api/buyer/rating", new RatingRequest(5, ""), 409, ProblemCodes.ConsentRequired);

        await shared.Hub.AgreeAsync(cookie);
        await buyer.PostRefusedAsync("/api/buyer/rating", new RatingRequest(6, ""), 400, ProblemCodes.RequestInvalid);
        Assert.True((await buyer.PostOkAsync<BuyerCallView>("/api/buyer/rating", new RatingRequest(5, "好"))).Rated);
        await buyer.PostRefusedAsync("/api/buyer/rating", new RatingRequest(1, ""), 400, ProblemCodes.RequestInvalid);
    }

    [Fact]
    public async Task A_ticket_has_one_running_call_even_when_two_agents_press_at_once()
    {
        var ticket = await shared.Hub.TicketAsync();
        using var admin = shared.Hub.Admin();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => admin.PostAsync($"/api/tickets/{ticket.TicketId}/calls", null)));

        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        Assert.Equal(7, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task A_link_nobody_opened_ends_its_call()
    {
        await using var hub = await TestHub.StartAsync("--Calls:SweepInterval=00:00:01");
        var call = await hub.CallAsync();
        hub.Time.Advance(TimeSpan.FromHours(25));
        using var admin = hub.Client(await hub.TokenAsync("admin@localhost", TestHub.AdminPassword));

        CallView view;
        do
            view = (await admin.GetFromJsonAsync<CallView>($"/api/calls/{call.Call.CallId}"))!;
        while (view.State != "ended");

        Assert.Equal("expired", view.EndReason);
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, byte[] photo, string type, string note)
    {
        var content = new ByteArrayContent(photo) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        return client.PostAsync("/api/buyer/photos", new MultipartFormDataContent { { content, "photo", "../../etc/passwd" }, { new StringContent(note), "note" } });
    }
}
