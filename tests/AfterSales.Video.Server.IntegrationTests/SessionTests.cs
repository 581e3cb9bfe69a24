using System.Net;
using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.IntegrationTests.Support;

namespace AfterSales.Video.Server.IntegrationTests;

public sealed class SessionTests(SharedHub shared) : IClassFixture<SharedHub>
{
    [Fact]
    public async Task Until_the_one_time_password_is_changed_nothing_else_is_possible()
    {
        using var admin = shared.Hub.Admin();
        var created = await admin.PostOkAsync<AgentCreatedView>("/api/admin/agents", new CreateAgentRequest("new@example.com", "New", ["agent"]));
        using var fresh = shared.Hub.Client(await shared.Hub.TokenAsync("new@example.com", created.OneTimePassword));

        Assert.True((await fresh.GetFromJsonAsync<SessionView>("/api/session"))!.MustChangePassword);
        await (await fresh.GetAsync("/api/tickets")).ShouldBeAsync(403, ProblemCodes.PasswordChangeRequired);
        await fresh.PostRefusedAsync("/api/session/password", new ChangePasswordRequest(created.OneTimePassword, "short"), 400, ProblemCodes.PasswordTooWeak);
        await fresh.PostOkAsync<SessionView>("/api/session/password", new ChangePasswordRequest(created.OneTimePassword, TestHub.AdminPassword));
        await (await fresh.GetAsync("/api/tickets")).ShouldBeAsync(401, ProblemCodes.Unauthenticated);
        using var again = shared.Hub.Client(await shared.Hub.TokenAsync("new@example.com", TestHub.AdminPassword));
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync("/api/tickets")).StatusCode);
    }

    [Fact]
    public async Task Wrong_passwords_lock_the_account_for_the_right_one_too_and_say_how_long()
    {
        await shared.Hub.AgentAsync("locked@example.com", "agent");
        using var client = shared.Hub.Client();
        for (var i = 0; i < 4; i++)
            await client.PostRefusedAsync("/api/session", new SignInRequest("locked@example.com", "wrong"), 401, ProblemCodes.SignInFailed);
        await client.PostRefusedAsync("/api/session", new SignInRequest("locked@example.com", "wrong"), 429, ProblemCodes.LockedOut);

        using var right = await client.PostAsJsonAsync("/api/session", new SignInRequest("locked@example.com", TestHub.AdminPassword));
        await right.ShouldBeAsync(429, ProblemCodes.LockedOut);
        Assert.True(right.Headers.RetryAfter!.Delta > TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task An_unknown_account_answers_like_a_wrong_password()
    {
        using var client = shared.Hub.Client();
        await client.PostRefusedAsync("/api/session", new SignInRequest("nobody@example.com", "wrong"), 401, ProblemCodes.SignInFailed);
    }

    [Fact]
    public async Task The_cookie_signs_in_until_it_is_signed_out()
    {
        using var client = shared.Hub.Client();
        var answer = await client.PostAsJsonAsync("/api/session", new SignInRequest("admin@localhost", TestHub.AdminPassword));
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("__Host-staff=", cookie, StringComparison.Ordinal);
        Assert.Contains("; secure; samesite=lax; httponly", cookie, StringComparison.OrdinalIgnoreCase);

        using var page = shared.Hub.Client(cookie: cookie.Split(';')[0]);
        Assert.Equal(["admin", "agent"], (await page.GetFromJsonAsync<SessionView>("/api/session"))!.Roles);
        var signedOut = await page.DeleteAsync("/api/session");
        Assert.Equal(HttpStatusCode.NoContent, signedOut.StatusCode);
        Assert.Contains("expires=Thu, 01 Jan 1970", signedOut.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_account_is_out_with_its_next_request()
    {
        var (agent, token) = await shared.Hub.AgentAsync("leaver@example.com", "agent");
        using var client = shared.Hub.Client(token);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/tickets")).StatusCode);
        using var admin = shared.Hub.Admin();
        (await admin.PutAsJsonAsync($"/api/admin/agents/{agent.UserId}", new UpdateAgentRequest("Leaver", ["agent"], true))).EnsureSuccessStatusCode();

        await (await client.GetAsync("/api/tickets")).ShouldBeAsync(401, ProblemCodes.Unauthenticated);
        using var stranger = shared.Hub.Client();
        await stranger.PostRefusedAsync("/api/tokens", new SignInRequest("leaver@example.com", TestHub.AdminPassword), 401, ProblemCodes.SignInFailed);
    }

    [Fact]
    public async Task Roles_open_what_they_are_for_and_nothing_more()
    {
        var (_, reviewer) = await shared.Hub.AgentAsync("reviewer@example.com", "reviewer");
        using var client = shared.Hub.Client(reviewer);
        var ticket = await shared.Hub.TicketAsync();

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/tickets/{ticket.TicketId}")).StatusCode);
        await client.PostRefusedAsync("/api/tickets", Sample.Ticket(), 403, ProblemCodes.Forbidden);
        await client.PostRefusedAsync($"/api/tickets/{ticket.TicketId}/calls", null, 403, ProblemCodes.Forbidden);
        await (await client.GetAsync("/api/admin/agents")).ShouldBeAsync(403, ProblemCodes.Forbidden);
        await (await client.GetAsync("/api/admin/first-frame")).ShouldBeAsync(403, ProblemCodes.Forbidden);
    }

    [Fact]
    public async Task The_last_administrator_cannot_be_taken_away()
    {
        using var admin = shared.Hub.Admin();
        var me = (await admin.GetFromJsonAsync<SessionView>("/api/session"))!;
        using var answer = await admin.PutAsJsonAsync($"/api/admin/agents/{me.UserId}", new UpdateAgentRequest("Me", ["agent"], false));
        await answer.ShouldBeAsync(400, ProblemCodes.RequestInvalid);
    }
}
