using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.IntegrationTests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>SE-20: two tenants on one hub see nothing of each other.</summary>
public sealed class TenantTests(SharedHub shared) : IClassFixture<SharedHub>
{
    [Fact]
    public async Task Every_id_of_another_tenant_is_a_404_on_every_endpoint()
    {
        var hub = shared.Hub;
        var call = await hub.CallAsync();
        var (ticketId, callId) = (call.Call.TicketId, call.Call.CallId);
        var cookie = await hub.RedeemAsync(call);
        await hub.AgreeAsync(cookie);
        using var admin = hub.Admin();
        await admin.PostOkAsync<CallView>($"/api/calls/{callId}/end", null);
        var recordingId = await AddFileAndPhotoAsync(call);
        var agentId = (await admin.GetFromJsonAsync<SessionView>("/api/session"))!.UserId;
        using var other = hub.Client(await OtherTenantTokenAsync());

        (string Method, string Path, object? Body, string Code)[] requests =
        [
            ("GET", $"/api/tickets/{ticketId}", null, ProblemCodes.TicketNotFound),
            ("POST", $"/api/tickets/{ticketId}/close", new CloseTicketRequest("other"), ProblemCodes.TicketNotFound),
            ("POST", $"/api/tickets/{ticketId}/reopen", null, ProblemCodes.TicketNotFound),
            ("PUT", $"/api/tickets/{ticketId}/notes", new SaveNotesRequest("x", 1), ProblemCodes.TicketNotFound),
            ("POST", $"/api/tickets/{ticketId}/calls", null, ProblemCodes.TicketNotFound),
            ("GET", $"/api/calls/{callId}", null, ProblemCodes.CallNotFound),
            ("POST", $"/api/calls/{callId}/links", null, ProblemCodes.CallNotFound),
            ("POST", $"/api/calls/{callId}/end", null, ProblemCodes.CallNotFound),
            ("GET", $"/api/calls/{callId}/recording", null, ProblemCodes.CallNotFound),
            ("POST", $"/api/calls/{callId}/media-tokens", new MediaTokenRequest("agent", "x", false, "en"), ProblemCodes.CallNotFound),
            ("GET", $"/api/recordings/{recordingId}/files/playback.mp4", null, ProblemCodes.NotFound),
            ("GET", $"/api/photos/photo{callId}", null, ProblemCodes.NotFound),
            ("PUT", $"/api/admin/agents/{agentId}", new UpdateAgentRequest("x", ["admin"], false), ProblemCodes.NotFound),
            ("POST", $"/api/admin/agents/{agentId}/one-time-password", null, ProblemCodes.NotFound),
        ];
        foreach (var (method, path, body, code) in requests)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : JsonContent.Create(body) };
            using var answer = await other.SendAsync(request);
            await answer.ShouldBeAsync(404, code);
        }
    }

    [Fact]
    public async Task Lists_and_hubs_show_only_the_own_tenant()
    {
        var call = await shared.Hub.CallAsync();
        var token = await OtherTenantTokenAsync();
        using var other = shared.Hub.Client(token);

        Assert.Empty((await other.GetFromJsonAsync<TicketPage>("/api/tickets?status=all"))!.Items);
        Assert.All((await other.GetFromJsonAsync<List<AgentView>>("/api/admin/agents"))!, a => Assert.EndsWith("@other.example", a.Email, StringComparison.Ordinal));
        Assert.Equal(0, (await other.GetFromJsonAsync<FirstFrameView>("/api/admin/first-frame"))!.Calls);
        await using var hub = await shared.Hub.CallHubAsync(("Authorization", "Bearer " + token));
        var refused = await hub.InvokeAsync<ConnectResult>("Connect", new ConnectRequest(call.Call.CallId, null, 0));
        Assert.Equal(("refused", ProblemCodes.CallNotFound), (refused.Outcome, refused.Code));
        await using var desk = await shared.Hub.HubAsync("/hubs/desk", ("Authorization", "Bearer " + token));
        Assert.Equal(ProblemCodes.TicketNotFound, (await desk.InvokeAsync<CommandResult>("Follow", new FollowRequest(call.Call.TicketId))).Code);
    }

    private async Task<string> OtherTenantTokenAsync()
    {
        var email = $"admin-{Guid.NewGuid():N}@other.example";
        await shared.Hub.WithDataAsync("other", async services =>
        {
            var created = await services.GetRequiredService<AgentAccounts>().CreateAsync("other", new CreateAgentRequest(email, "Other", ["admin", "agent"]), mustChange: false);
            var users = services.GetRequiredService<UserManager<AgentAccount>>();
            return await users.ChangePasswordAsync(created!.Value.Account, created.Value.OneTimePassword, TestHub.AdminPassword);
        });
        return await shared.Hub.TokenAsync(email, TestHub.AdminPassword);
    }

    private Task<string> AddFileAndPhotoAsync(CallCreatedView call) => shared.Hub.WithDataAsync(TenantScope.Default, async services =>
    {
        var db = services.GetRequiredService<HubDbContext>();
        var recording = db.Set<RecordingRow>().First(r => r.CallId == call.Call.CallId);
        db.Add(new RecordingFileRow
        {
            RecordingId = recording.Id,
            Name = "playback.mp4",
            TenantId = TenantScope.Default,
            Purpose = "playback",
            ContentType = "video/mp4",
            Length = 1,
            Sha256 = "00",
        });
        db.Add(new PhotoRow
        {
            Id = "photo" + call.Call.CallId,
            TenantId = TenantScope.Default,
            TicketId = call.Call.TicketId,
            CallId = call.Call.CallId,
            EvidenceName = "photo-1.jpg",
            ContentType = "image/jpeg",
            Length = 1,
            Sha256 = "00",
            NoteProtected = "",
            ReceivedAt = DateTimeOffset.UnixEpoch,
        });
        await db.SaveChangesAsync();
        return recording.Id;
    });
}
