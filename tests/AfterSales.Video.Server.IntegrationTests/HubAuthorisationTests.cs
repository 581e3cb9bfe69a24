using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json.Nodes;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Server.Features.Signalling;
using AfterSales.Video.Server.Features.Signalling.Public;
using AfterSales.Video.Server.IntegrationTests.Support;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>SE-03: every method of every hub against every role, found by reflection.</summary>
public sealed class HubAuthorisationTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private static readonly string[] StaffRoles = ["agent", "reviewer", "supervisor", "admin"];

    public static TheoryData<string, string, string> Matrix()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var (hub, path) in new[] { (typeof(CallHub), "/hubs/call"), (typeof(DeskHub), "/hubs/desk") })
        {
            foreach (var method in Methods(hub))
            {
                foreach (var role in StaffRoles.Append("buyer"))
                    data.Add(path, method.Name, role);
            }
        }

        return data;
    }

    [Fact]
    public void Every_hub_method_says_who_may_call_it()
    {
        Assert.All(Methods(typeof(CallHub)).Concat(Methods(typeof(DeskHub))), m => Assert.NotNull(m.GetCustomAttribute<AllowCallersAttribute>()));
        Assert.Equal(typeof(ICallHub).GetMethods().Select(m => m.Name).Order(), Methods(typeof(CallHub)).Select(m => m.Name).Order());
        Assert.Equal(typeof(IDeskHub).GetMethods().Select(m => m.Name).Order(), Methods(typeof(DeskHub)).Select(m => m.Name).Order());
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task A_method_answers_its_roles_and_refuses_the_others(string path, string method, string role)
    {
        var hub = path == "/hubs/call" ? typeof(CallHub) : typeof(DeskHub);
        var info = Methods(hub).Single(m => m.Name == method);
        var isAllowed = info.GetCustomAttribute<AllowCallersAttribute>()!.Roles.Contains(role);
        if (path == "/hubs/desk" && role == "buyer")
            return; // Has no connection at all: Strangers_and_foreign_origins_get_no_hub.
        var call = await shared.Hub.CallAsync();
        var header = role == "buyer"
            ? ("Cookie", await shared.Hub.RedeemAsync(call))
            : ("Authorization", "Bearer " + (await shared.Hub.AgentAsync($"{role}-{Guid.NewGuid():N}@example.com", role)).Token);
        await using var connection = await shared.Hub.HubAsync(path, header);
        if (method != "Connect" && path == "/hubs/call")
            await connection.InvokeAsync("Connect", new ConnectRequest(role == "buyer" ? "" : call.Call.CallId, null, 0));

        var argument = Activator.CreateInstance(info.GetParameters()[0].ParameterType, Arguments(info.GetParameters()[0].ParameterType, role, call))!;
        var answer = (await connection.InvokeAsync(method, argument))!.AsObject();

        if (isAllowed)
            Assert.NotEqual(ProblemCodes.Forbidden, Code(answer));
        else
            Assert.Equal(ProblemCodes.Forbidden, Code(answer));
    }

    [Fact]
    public async Task A_role_taken_away_in_mid_connection_counts_with_the_next_call()
    {
        var call = await shared.Hub.CallAsync();
        var (agent, token) = await shared.Hub.AgentAsync("demoted@example.com", "agent");
        await using var connection = await shared.Hub.CallHubAsync(("Authorization", "Bearer " + token));
        await using var desk = await shared.Hub.HubAsync("/hubs/desk", ("Authorization", "Bearer " + token));
        Assert.Equal("joined", (await connection.InvokeAsync<ConnectResult>("Connect", new ConnectRequest(call.Call.CallId, null, 0))).Outcome);
        Assert.Null((await desk.InvokeAsync<CommandResult>("Follow", new FollowRequest(null))).Code);
        using var admin = shared.Hub.Admin();
        (await admin.PutAsJsonAsync($"/api/admin/agents/{agent.UserId}", new UpdateAgentRequest("Demoted", ["reviewer"], false))).EnsureSuccessStatusCode();

        Assert.Equal(ProblemCodes.Unauthenticated, (await connection.InvokeAsync<CommandResult>("HangUp", new HangUpRequest("x"))).Code);
        await desk.Closed.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_buyer_reaches_no_other_call()
    {
        var (mine, other) = (await shared.Hub.CallAsync(), await shared.Hub.CallAsync());
        await using var connection = await shared.Hub.CallHubAsBuyerAsync(await shared.Hub.RedeemAsync(mine));
        var answer = await connection.InvokeAsync<ConnectResult>("Connect", new ConnectRequest(other.Call.CallId, null, 0));
        Assert.Equal(("refused", ProblemCodes.CallNotFound), (answer.Outcome, answer.Code));
    }

    [Fact]
    public async Task A_browser_with_both_cookies_is_the_buyer_when_it_names_no_call_and_staff_when_it_does()
    {
        var call = await shared.Hub.CallAsync();
        using var client = shared.Hub.Client();
        var signedIn = await client.PostAsJsonAsync("/api/session", new SignInRequest("admin@localhost", TestHub.AdminPassword));
        var both = signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0] + "; " + await shared.Hub.RedeemAsync(call);

        await using var buyer = await shared.Hub.CallHubAsync(("Cookie", both));
        var buyersPlace = await buyer.InvokeAsync<ConnectResult>("Connect", new ConnectRequest("", null, 0));
        await using var agent = await shared.Hub.CallHubAsync(("Cookie", both));
        var agentsPlace = await agent.InvokeAsync<ConnectResult>("Connect", new ConnectRequest(call.Call.CallId, null, 0));

        Assert.Equal("buyer", buyersPlace.Snapshot!.Participants.Single(p => p.ParticipantId == buyersPlace.ParticipantId).Role);
        Assert.Equal("agent", agentsPlace.Snapshot!.Participants.Single(p => p.ParticipantId == agentsPlace.ParticipantId).Role);
    }

    private static IEnumerable<MethodInfo> Methods(Type hub) =>
        hub.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(m => !m.IsSpecialName && m.GetBaseDefinition() == m);

    private static object?[] Arguments(Type request, string role, CallCreatedView call) =>
        request.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First().GetParameters().Select(p => Argument(p, role, call)).ToArray();

    private static object? Argument(ParameterInfo parameter, string role, CallCreatedView call)
    {
        if (parameter.Name == "CallId")
            return role == "buyer" ? "" : call.Call.CallId;
        if (parameter.ParameterType == typeof(string))
            return parameter.Name is "ResumeToken" or "TicketId" ? null : "x";
        if (parameter.ParameterType == typeof(IReadOnlyList<PublicationUpdate>))
            return Array.Empty<PublicationUpdate>();
        return Activator.CreateInstance(parameter.ParameterType);
    }

    private static string? Code(JsonObject answer) => (string?)answer["code"];
}
