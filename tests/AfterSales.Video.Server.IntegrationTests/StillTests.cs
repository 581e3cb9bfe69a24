using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Server.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>Photos in place of video on a weak link: who may send them, who sees them, and what becomes of them.</summary>
public sealed class StillTests : CallTests
{
    private const string BuyersStills = "/api/buyer/stills";

    [Fact]
    public async Task A_photo_reaches_the_agent_the_journal_and_the_manifest_and_goes_when_the_recording_is_erased()
    {
        var photo = Photo(1280, 720, 40_000);
        await using var call = await RecordedCalls.BeginAsync(Hub, Loop);
        using var buyer = Hub.Client(cookie: call.BuyerCookie);
        using var agent = Hub.Admin();
        await call.Buyer.SpokenAsync(25);
        Assert.Null((await ReportAsync(call.Buyer, "stills")).Code);
        var mode = await call.Agent.Hub.NextAsync("media_mode_changed");
        Assert.Equal(("stills", "video", "weak_uplink"), ((string?)mode["sends"], (string?)mode["receives"], (string?)mode["reason"]));

        var receipt = await TakenAsync(buyer, photo);

        Assert.Equal((Sha256(photo), 1280, 720, true), (receipt.Sha256, receipt.Width, receipt.Height, receipt.Recorded));
        var told = await call.Agent.Hub.NextAsync("still_taken");
        Assert.Equal((receipt.StillId, 1280), ((string?)told["stillId"], (int)told["width"]!));
        Assert.Equal(photo, await agent.GetByteArrayAsync($"/api/calls/{call.CallId}/stills/{(string?)told["participantId"]}"));
        await call.Buyer.SpokenAsync(50);
        Assert.Null((await ReportAsync(call.Buyer, "video")).Code);
        await call.Buyer.SpokenAsync(25);
        await call.HangUpAsync();

        var review = await RecordedCalls.SealedAsync(Hub, call.CallId);
        Assert.Equal("ready", review.Case.State);
        var still = Assert.Single(review.Stills);
        Assert.Equal(("buyer", Sha256(photo), photo.Length), (still.Role, still.Sha256, still.Length));
        var file = await agent.GetByteArrayAsync(still.Url);
        Assert.Equal(photo, file.AsSpan((int)still.Offset, still.Length));
        Assert.Contains(review.Lanes, l => l is { Lane: "photo", Kind: "stills", Detail: "1", Role: "buyer" });
        Assert.Contains(review.Lanes, l => l is { Lane: "gap", Kind: "photos_instead", Source: "camera", Role: "buyer" } && l.ToSeconds - l.FromSeconds > 0.5);
        var envelope = Parse(await agent.GetStringAsync(review.Seal!.ManifestUrl));
        Assert.True(SignedDocuments.Manifest.TryRead(envelope, out var manifest, out var problem), problem);
        Assert.Equal(Sha256(file), manifest.Files.Single(f => f.Purpose == "stills").Sha256);

        Assert.NotEmpty(StoredStills());
        await agent.PostAsJsonAsync($"/api/recordings/{review.Case.RecordingId}/erasure", new ErasureRequest("asked for", review.Seal.ReceiptCode));
        await (await agent.GetAsync(still.Url)).ShouldBeAsync(410, ProblemCodes.RecordingErased);
        await RecordedCalls.UntilAsync(_ => Task.FromResult(StoredStills().Length), left => left == 0);
        Assert.Empty((await agent.GetFromJsonAsync<ReviewView>($"/api/recordings/{review.Case.RecordingId}/review"))!.Stills);
    }

    [Fact]
    public async Task What_is_no_photo_or_too_large_is_refused_and_nothing_of_it_is_kept()
    {
        await using var hub = await TestHub.StartAsync("--Signalling:StillInterval=00:00:00.001");
        await using var call = await RecordedCalls.BeginAsync(hub, Loop);
        using var buyer = hub.Client(cookie: call.BuyerCookie);
        (byte[] Body, int Status, string Code)[] bad =
        [
            ([], 415, ProblemCodes.PhotoNotAccepted),
            ("<html>"u8.ToArray(), 415, ProblemCodes.PhotoNotAccepted),
            (Sample.Jpeg(), 415, ProblemCodes.PhotoNotAccepted),
            (Photo(1281, 720, 3000), 415, ProblemCodes.PhotoNotAccepted),
            (Photo(1280, 20, 3000), 415, ProblemCodes.PhotoNotAccepted),
            (Photo(1280, 720, RecordedStill.MaxBytes + 1), 413, ProblemCodes.RequestTooLarge),
        ];
        foreach (var (body, status, code) in bad)
        {
            using var answer = await SendAsync(buyer, body);
            await answer.ShouldBeAsync(status, code);
        }

        using var chunked = new StreamContent(new UnknownLength(Photo(1280, 720, RecordedStill.MaxBytes + 1000)));
        chunked.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        Assert.Equal(413, (int)(await buyer.PostAsync(BuyersStills, chunked)).StatusCode);
        using var agent = hub.Admin();
        await (await agent.GetAsync($"/api/calls/{call.CallId}/stills/{BuyerId(call, hub)}")).ShouldBeAsync(404, ProblemCodes.NotFound);
    }

    [Fact]
    public async Task Photos_faster_than_pages_send_them_are_429_and_so_is_a_link_that_changes_all_the_time()
    {
        await using var call = await RecordedCalls.BeginAsync(Hub, Loop);
        using var buyer = Hub.Client(cookie: call.BuyerCookie);
        var answers = new List<int>();
        for (var i = 0; i < 8; i++)
        {
            using var answer = await SendAsync(buyer, Photo(640, 480, 5000));
            answers.Add((int)answer.StatusCode);
            if (answers[^1] == 429)
                Assert.True(answer.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        }

        Assert.InRange(answers.Count(a => a == 200), 2, 4);
        Assert.Equal(429, answers[^1]);
        await RecordedCalls.UntilAsync(async _ => (int)(await SendAsync(buyer, Photo(640, 480, 5000))).StatusCode, status => status == 200);

        var codes = new List<string?>();
        for (var i = 0; i < 12; i++)
            codes.Add((await ReportAsync(call.Buyer, i % 2 == 0 ? "stills" : "video")).Code);
        Assert.Equal(ProblemCodes.TooManyRequests, codes[^1]);
        Assert.Equal(ProblemCodes.RequestInvalid, (await ReportAsync(call.Buyer, "smoke")).Code);
        Assert.Equal(ProblemCodes.RequestInvalid, (await call.Buyer.Hub.InvokeAsync<CommandResult>("ReportLink", new LinkReport("video", -1))).Code);
    }

    [Fact]
    public async Task Only_participants_of_a_running_call_send_and_see_photos_and_only_after_consent()
    {
        var created = await Hub.CallAsync();
        var cookie = await Hub.RedeemAsync(created);
        using var buyer = Hub.Client(cookie: cookie);
        await (await SendAsync(buyer, Photo(640, 480, 3000))).ShouldBeAsync(404, ProblemCodes.CallNotFound);
        await using var hub = await Hub.CallHubAsBuyerAsync(cookie);
        await hub.InvokeAsync("Connect", new ConnectRequest("", null, 0));
        await (await SendAsync(buyer, Photo(640, 480, 3000))).ShouldBeAsync(409, ProblemCodes.ConsentRequired);
        Assert.Equal(ProblemCodes.ConsentRequired, (await hub.InvokeAsync<CommandResult>("ReportLink", new LinkReport("stills", 0))).Code);

        await using var call = await RecordedCalls.BeginAsync(Hub, Loop);
        using var own = Hub.Client(cookie: call.BuyerCookie);
        await TakenAsync(own, Photo(640, 480, 3000));
        // Neither another call's buyer nor a colleague who is not in the call.
        await (await buyer.GetAsync($"{BuyersStills}/{BuyerId(call)}")).ShouldBeAsync(404, ProblemCodes.NotFound);
        var (_, token) = await Hub.AgentAsync("colleague@example.com", "agent");
        using var colleague = Hub.Client(token);
        await (await colleague.GetAsync($"/api/calls/{call.CallId}/stills/{BuyerId(call)}")).ShouldBeAsync(404, ProblemCodes.NotFound);
        await (await SendAsync(colleague, Photo(640, 480, 3000), $"/api/calls/{call.CallId}/stills")).ShouldBeAsync(404, ProblemCodes.CallNotFound);
        using var stranger = Hub.Client();
        await (await SendAsync(stranger, Photo(640, 480, 3000))).ShouldBeAsync(404, ProblemCodes.LinkNotValid);
        Assert.Equal(401, (int)(await stranger.GetAsync($"/api/calls/{call.CallId}/stills/{BuyerId(call)}")).StatusCode);

        await call.HangUpAsync();
        Assert.InRange((int)(await SendAsync(own, Photo(640, 480, 3000))).StatusCode, 404, 409);
    }

    [Fact]
    public async Task The_agents_photo_reaches_the_buyer_whose_way_down_is_weak_and_a_page_that_joins_then_is_told()
    {
        await using var call = await RecordedCalls.BeginAsync(Hub, Loop);
        var live = Live(call);
        live.AdviseDownlink(BuyerId(call), "stills", 90_000);
        var told = await call.Buyer.Hub.NextAsync("media_mode_changed");
        Assert.Equal(("video", "stills", "weak_downlink"), ((string?)told["sends"], (string?)told["receives"], (string?)told["reason"]));
        using var agent = Hub.Admin();
        var photo = Photo(640, 360, 12_000);
        await TakenAsync(agent, photo, $"/api/calls/{call.CallId}/stills");
        var still = await call.Buyer.Hub.NextAsync("still_taken");
        using var buyer = Hub.Client(cookie: call.BuyerCookie);
        Assert.Equal(photo, await buyer.GetByteArrayAsync($"{BuyersStills}/{(string?)still["participantId"]}"));

        await using var colleague = await Hub.CallHubAsync(("Authorization", "Bearer " + (await Hub.AgentAsync("late@example.com", "supervisor")).Token));
        await colleague.InvokeAsync("Connect", new ConnectRequest(call.CallId, null, 0));
        Assert.Equal("stills", (string?)(await colleague.NextAsync("media_mode_changed"))["receives"]);
        live.AdviseDownlink(BuyerId(call), "video", 900_000);
        Assert.Equal("recovered", (string?)(await colleague.NextAsync("media_mode_changed"))["reason"]);
    }

    [Fact]
    public async Task A_paused_recording_keeps_no_photo_but_the_agent_sees_it()
    {
        await using var call = await RecordedCalls.BeginAsync(Hub, Loop);
        using var agent = Hub.Admin();
        using var buyer = Hub.Client(cookie: call.BuyerCookie);
        await call.Buyer.SpokenAsync(25);
        (await agent.PostAsJsonAsync($"/api/calls/{call.CallId}/recording/pause", new PauseRecordingRequest("private_information"))).EnsureSuccessStatusCode();
        Assert.False((await TakenAsync(buyer, Photo(640, 480, 3000))).Recorded);
        await call.Agent.Hub.NextAsync("still_taken");
        (await agent.PostAsync($"/api/calls/{call.CallId}/recording/resume", null)).EnsureSuccessStatusCode();
        await call.Buyer.SpokenAsync(25);
        await call.HangUpAsync();
        Assert.Empty((await RecordedCalls.SealedAsync(Hub, call.CallId)).Stills);
    }

    private string[] StoredStills() => Directory.GetFiles(Hub.Folder, "stills-*", SearchOption.AllDirectories);

    private LiveCall Live(RecordedCall call, TestHub? hub = null) => (hub ?? Hub).App.Services.GetRequiredService<LiveCalls>().Find(call.CallId)!;

    private string BuyerId(RecordedCall call, TestHub? hub = null) => Live(call, hub).FindBuyer()!.ParticipantId;

    private static Task<CommandResult> ReportAsync(MediaPage page, string sends) => page.Hub.InvokeAsync<CommandResult>("ReportLink", new LinkReport(sends, 90_000));

    private static async Task<StillReceipt> TakenAsync(HttpClient client, byte[] photo, string path = BuyersStills)
    {
        using var answer = await SendAsync(client, photo, path);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<StillReceipt>())!;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, byte[] photo, string path = BuyersStills)
    {
        using var content = new ByteArrayContent(photo);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        return await client.PostAsync(path, content);
    }

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>SOI, APP0, SOF0 with this size, and whatever follows.</summary>
    internal static byte[] Photo(int width, int height, int length)
    {
        byte[] start =
        [
            0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC0, 0, 17, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1,
        ];
        return [.. start, .. Enumerable.Range(0, length - start.Length).Select(i => (byte)(i * 31))];
    }

    /// <summary>Makes the client send the body in chunks, without saying how long it is.</summary>
    private sealed class UnknownLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
