using System.Net.WebSockets;
using System.Text.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Server.IntegrationTests.Support;
using AfterSales.Video.TestKit.Signalling;

namespace AfterSales.Video.Server.IntegrationTests;

public sealed class CallHubTests(SharedHub shared) : IClassFixture<SharedHub>
{
    [Fact]
    public async Task The_agent_waits_and_follows_the_buyer_step_by_step()
    {
        var call = await shared.Hub.CallAsync();
        await using var agent = await shared.Hub.CallHubAsStaffAsync();
        var joined = await ConnectAsync(agent, call.Call.CallId);
        Assert.Equal(("joined", "waiting", call.Call.TicketId), (joined.Outcome, joined.Snapshot!.State, joined.Snapshot.TicketId));
        Assert.Equal("agent", Assert.Single(joined.Snapshot.Participants).Role);

        var cookie = await shared.Hub.RedeemAsync(call);
        Assert.Equal("link_opened", (string?)(await agent.NextAsync("buyer_step_changed"))["step"]);
        await using var buyer = await shared.Hub.CallHubAsBuyerAsync(cookie);
        var buyersPlace = await ConnectAsync(buyer, "");
        Assert.Equal(("joined", ""), (buyersPlace.Outcome, buyersPlace.Snapshot!.TicketId));
        var seen = await agent.NextAsync("participant_changed");
        Assert.Equal(("buyer", "王**"), ((string?)seen["participant"]!["role"], (string?)seen["participant"]!["displayName"]));
        Assert.Null((await buyer.InvokeAsync<CommandResult>("ReportStep", new ReportStepRequest("reading_consent"))).Code);
        Assert.Equal("reading_consent", (string?)(await agent.NextAsync("buyer_step_changed"))["step"]);

        await shared.Hub.AgreeAsync(cookie);
        await agent.NextAsync("consent_given");
        Assert.Equal("recording", (string?)(await agent.NextAsync("recording_state_changed"))["state"]);
        Assert.Null((await buyer.InvokeAsync<CommandResult>("HangUp", new HangUpRequest("done"))).Code);
        Assert.Equal("buyer_hung_up", (string?)(await agent.NextAsync("call_ended"))["reason"]);
        Assert.Equal("buyer_hung_up", (string?)(await buyer.NextAsync("call_ended"))["reason"]);
        var again = await ConnectAsync(agent, call.Call.CallId);
        Assert.Equal(("refused", ProblemCodes.CallEnded), (again.Outcome, again.Code));
    }

    [Fact]
    public async Task Media_is_refused_before_consent_and_bad_sdp_after_it()
    {
        var call = await shared.Hub.CallAsync();
        var cookie = await shared.Hub.RedeemAsync(call);
        await using var buyer = await shared.Hub.CallHubAsBuyerAsync(cookie);
        await ConnectAsync(buyer, "");
        Assert.Equal(ProblemCodes.ConsentRequired, (await NegotiateAsync(buyer, "v=0\r\n")).Code);
        Assert.Equal(ProblemCodes.ConsentRequired, (await buyer.InvokeAsync<CommandResult>("ReportStep", new ReportStepRequest("checking_camera"))).Code);

        await shared.Hub.AgreeAsync(cookie);
        Assert.Equal(ProblemCodes.SdpRefused, (await NegotiateAsync(buyer, "v=0\r\n")).Code);
        Assert.Equal("sdp.too_large", (await NegotiateAsync(buyer, new string('a', 16 * 1024 + 1))).Detail);
    }

    [Fact]
    public async Task A_cut_connection_resumes_with_the_missed_messages_and_nothing_else()
    {
        var call = await shared.Hub.CallAsync();
        var agent = await shared.Hub.CallHubAsStaffAsync();
        var joined = await ConnectAsync(agent, call.Call.CallId);
        var cookie = await shared.Hub.RedeemAsync(call);
        var last = (long)(await agent.NextAsync("buyer_step_changed"))["seq"]!;
        agent.Cut();
        await using var buyer = await shared.Hub.CallHubAsBuyerAsync(cookie);
        await ConnectAsync(buyer, "");
        await buyer.InvokeAsync("ReportStep", new ReportStepRequest("reading_consent"));

        await using var back = await shared.Hub.CallHubAsStaffAsync();
        var resumed = await back.InvokeAsync<ConnectResult>("Connect", new ConnectRequest(call.Call.CallId, joined.ResumeToken, last));

        Assert.Equal(("resumed", joined.ParticipantId), (resumed.Outcome, resumed.ParticipantId));
        var missed = await back.NextAsync();
        Assert.Equal(last + 1, (long)missed["seq"]!);
        while ((string?)missed["type"] != "buyer_step_changed")
        {
            var next = await back.NextAsync();
            Assert.Equal((long)missed["seq"]! + 1, (long)next["seq"]!);
            missed = next;
        }

        Assert.Equal("reading_consent", (string?)missed["step"]);
        await agent.DisposeAsync();
    }

    [Theory]
    [InlineData("not-the-token", 0)]
    [InlineData(null, 999)]
    public async Task A_stale_page_is_told_to_rejoin(string? token, long lastSeq)
    {
        var call = await shared.Hub.CallAsync();
        await using var agent = await shared.Hub.CallHubAsStaffAsync();
        var joined = await ConnectAsync(agent, call.Call.CallId);
        await using var back = await shared.Hub.CallHubAsStaffAsync();
        var answer = await back.InvokeAsync<ConnectResult>("Connect", new ConnectRequest(call.Call.CallId, token ?? joined.ResumeToken, lastSeq));
        Assert.Equal("rejoin", answer.Outcome);
    }

    [Fact]
    public async Task A_second_tab_takes_the_place_and_the_first_is_told()
    {
        var call = await shared.Hub.CallAsync();
        await using var first = await shared.Hub.CallHubAsStaffAsync();
        var place = await ConnectAsync(first, call.Call.CallId);
        await using var second = await shared.Hub.CallHubAsStaffAsync();
        var taken = await ConnectAsync(second, call.Call.CallId);

        Assert.Equal(("joined", place.ParticipantId), (taken.Outcome, taken.ParticipantId));
        await first.NextAsync("replaced");
        Assert.Equal("session.rejoin", (await NegotiateAsync(first, "v=0\r\n")).Code);
        Assert.Equal("session.rejoin", (await first.InvokeAsync<CommandResult>("HangUp", new HangUpRequest("x"))).Code);
    }

    [Fact]
    public async Task A_tab_that_was_away_when_it_was_replaced_is_told_so_and_stays_replaced()
    {
        var call = await shared.Hub.CallAsync();
        var first = await shared.Hub.CallHubAsStaffAsync();
        var place = await ConnectAsync(first, call.Call.CallId);
        first.Cut();
        await using var second = await shared.Hub.CallHubAsStaffAsync();
        await ConnectAsync(second, call.Call.CallId);

        await using var back = await shared.Hub.CallHubAsStaffAsync();
        for (var i = 0; i < 2; i++)
            Assert.Equal("replaced", (await back.InvokeAsync<ConnectResult>("Connect", new ConnectRequest(call.Call.CallId, place.ResumeToken, 0))).Outcome);
        Assert.Null((await second.InvokeAsync<CommandResult>("Acknowledge", new AcknowledgeRequest(0))).Code);

        // "Use here": the person's word, and a connection without the old token.
        Assert.Equal("joined", (await ConnectAsync(back, call.Call.CallId)).Outcome);
        await second.NextAsync("replaced");
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_page_that_does_not_come_back_loses_its_place_after_the_grace_period()
    {
        await using var hub = await TestHub.StartAsync();
        var call = await hub.CallAsync();
        var cookie = await hub.RedeemAsync(call);
        await using var agent = await hub.CallHubAsStaffAsync();
        await ConnectAsync(agent, call.Call.CallId);
        var buyer = await hub.CallHubAsBuyerAsync(cookie);
        await ConnectAsync(buyer, "");
        buyer.Cut();
        var gone = await agent.NextAsync("participant_changed");
        while ((string?)gone["participant"]!["connection"] != "reconnecting")
            gone = await agent.NextAsync("participant_changed");

        hub.Time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal("timeout", (string?)(await agent.NextAsync("participant_gone"))["reason"]);
        Assert.Equal("left", (string?)(await agent.NextAsync("buyer_step_changed"))["step"]);
        await buyer.DisposeAsync();
    }

    [Fact]
    public async Task Withdrawing_consent_ends_the_call_and_its_recording_at_once()
    {
        var call = await shared.Hub.CallAsync();
        var cookie = await shared.Hub.RedeemAsync(call);
        await shared.Hub.AgreeAsync(cookie);
        using var buyer = shared.Hub.Client(cookie: cookie);

        var view = await buyer.PostOkAsync<BuyerCallView>("/api/buyer/consent/withdraw", null);

        Assert.Equal(("ended", "consent_withdrawn"), (view.State, view.EndReason));
        using var admin = shared.Hub.Admin();
        Assert.Equal(200, (int)(await admin.GetAsync($"/api/calls/{call.Call.CallId}/recording")).StatusCode);
    }

    /// <summary>SE-04.</summary>
    [Fact]
    public async Task A_flood_of_messages_is_refused_then_cut_and_other_calls_go_on()
    {
        var call = await shared.Hub.CallAsync();
        await using var flooder = await shared.Hub.CallHubAsStaffAsync();
        await ConnectAsync(flooder, call.Call.CallId);
        var other = await shared.Hub.CallAsync();
        var cookie = await shared.Hub.RedeemAsync(other);
        await using var quiet = await shared.Hub.CallHubAsBuyerAsync(cookie);
        await ConnectAsync(quiet, "");

        var refusals = 0;
        try
        {
            for (var i = 0; i < 1000; i++)
                refusals += (await flooder.InvokeAsync<CommandResult>("Acknowledge", new AcknowledgeRequest(0))).Code == ProblemCodes.TooManyRequests ? 1 : 0;
        }
        catch (Exception cut) when (cut is HubErrorException or WebSocketException)
        {
            // Wanted.
        }

        Assert.True(refusals > 100, $"{refusals} refusals");
        Assert.True(flooder.Closed.IsCompleted);
        Assert.Null((await quiet.InvokeAsync<CommandResult>("Acknowledge", new AcknowledgeRequest(0))).Code);
    }

    [Fact]
    public async Task A_message_over_32_KB_closes_only_its_connection()
    {
        var call = await shared.Hub.CallAsync();
        await using var agent = await shared.Hub.CallHubAsStaffAsync();
        await ConnectAsync(agent, call.Call.CallId);
        await Assert.ThrowsAnyAsync<Exception>(() => agent.InvokeAsync("Negotiate", new NegotiateRequest(new string('x', 33 * 1024))));
        await agent.Closed.WaitAsync(TimeSpan.FromSeconds(10));
        await using var again = await shared.Hub.CallHubAsStaffAsync();
        Assert.Equal("joined", (await ConnectAsync(again, call.Call.CallId)).Outcome);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"type":1,"invocationId":"1","target":"Connect","arguments":[5]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"Connect","arguments":[{"callId":null,"resumeToken":null,"lastSeq":0}]}""")]
    [InlineData("""{"type":1,"invocationId":"1","target":"Nothing","arguments":[]}""")]
    [InlineData("""{"type":99}""")]
    [InlineData("""not json""")]
    public async Task Malformed_messages_hurt_only_their_own_connection(string record)
    {
        await using var hub = await shared.Hub.CallHubAsStaffAsync();
        await hub.SendTextAsync(record);
        var call = await shared.Hub.CallAsync();
        await using var other = await shared.Hub.CallHubAsStaffAsync();
        Assert.Equal("joined", (await ConnectAsync(other, call.Call.CallId)).Outcome);
    }

    [Fact]
    public async Task Strangers_and_foreign_origins_get_no_hub()
    {
        await Assert.ThrowsAsync<WebSocketException>(() => shared.Hub.CallHubAsync());
        await Assert.ThrowsAsync<WebSocketException>(() => shared.Hub.HubAsync("/hubs/desk"));
        var cookie = await shared.Hub.RedeemAsync(await shared.Hub.CallAsync());
        await Assert.ThrowsAsync<WebSocketException>(() => shared.Hub.CallHubAsync(("Cookie", cookie), ("Origin", "https://evil.example")));
        await Assert.ThrowsAsync<WebSocketException>(() => shared.Hub.HubAsync("/hubs/desk", ("Cookie", cookie)));
        await using var own = await shared.Hub.CallHubAsync(("Cookie", cookie), ("Origin", shared.Hub.Url.GetLeftPart(UriPartial.Authority)));
        Assert.Equal("joined", (await ConnectAsync(own, "")).Outcome);
    }

    [Fact]
    public async Task Two_agents_join_the_same_call_and_one_may_leave()
    {
        var call = await shared.Hub.CallAsync();
        var (_, token) = await shared.Hub.AgentAsync($"second-{Guid.NewGuid():N}@example.com", "supervisor");
        await using var first = await shared.Hub.CallHubAsStaffAsync();
        await ConnectAsync(first, call.Call.CallId);
        await using var second = await shared.Hub.CallHubAsync(("Authorization", "Bearer " + token));
        var joined = await ConnectAsync(second, call.Call.CallId);
        Assert.Equal(["agent", "supervisor"], joined.Snapshot!.Participants.Select(p => p.Role).Order());

        Assert.Null((await second.InvokeAsync<CommandResult>("Leave", new LeaveRequest("left"))).Code);
        Assert.Equal(joined.ParticipantId, (string?)(await first.NextAsync("participant_gone"))["participantId"]);
    }

    private static Task<ConnectResult> ConnectAsync(JsonHubClient hub, string callId) =>
        hub.InvokeAsync<ConnectResult>("Connect", new ConnectRequest(callId, null, 0));

    private static async Task<NegotiateResult> NegotiateAsync(JsonHubClient hub, string sdp) =>
        (await hub.InvokeAsync("Negotiate", new NegotiateRequest(sdp))).Deserialize<NegotiateResult>(JsonSerializerOptions.Web)!;
}
