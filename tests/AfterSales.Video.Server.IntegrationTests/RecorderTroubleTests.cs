using System.Net.Http.Json;
using System.Text.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Rtc;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.IntegrationTests.Support;
using AfterSales.Video.TestKit.Signalling;
using Microsoft.Extensions.DependencyInjection;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>A disk that fills up, a tool that is missing: what people are told, and that nothing is lost by it.</summary>
public sealed class RecorderTroubleTests : IAsyncLifetime
{
    private MediaLoop _loop = null!;
    private long _free = 100_000_000_000;

    public ValueTask InitializeAsync()
    {
        _loop = RecordedCalls.StartLoop();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    [Fact]
    public async Task With_too_little_room_consent_is_refused_clearly_to_both_and_taken_when_there_is_room_again()
    {
        await using var hub = await HubAsync();
        Interlocked.Exchange(ref _free, 4_000_000_000);
        var call = await hub.CallAsync();
        var cookie = await hub.RedeemAsync(call);
        await using var agent = await AgentAsync(hub, call);
        using var buyer = hub.Client(cookie: cookie);
        var notice = (await buyer.GetFromJsonAsync<BuyerCallView>("/api/buyer/call"))!.Consent;

        using (var refused = await buyer.PostAsJsonAsync("/api/buyer/consent", new ConsentRequest("recorded_call", notice.Version, "zh-CN")))
        {
            Assert.Equal(60, refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
            var text = await refused.Content.ReadAsStringAsync();
            Assert.DoesNotContain(hub.Folder, text, StringComparison.Ordinal);
            await refused.ShouldBeAsync(503, ProblemCodes.DiskFull);
        }

        var alarm = await NextAlarmAsync(agent, "disk_low");
        Assert.Contains("MiB", (string?)alarm["detail"], StringComparison.Ordinal);
        // A page that comes later hears of it too.
        await using (var again = await AgentAsync(hub, call))
            await NextAlarmAsync(again, "disk_low");
        await using var latest = await AgentAsync(hub, call);
        Interlocked.Exchange(ref _free, 100_000_000_000);
        Assert.Equal("live", (await hub.AgreeAsync(cookie)).State);
        await NextAlarmAsync(latest, "disk_recovered");
    }

    [Fact]
    public async Task While_the_disk_fills_up_the_agent_hears_of_each_step_and_of_its_end()
    {
        await using var hub = await HubAsync();
        await using var call = await RecordedCalls.BeginAsync(hub, _loop);
        foreach (var (free, code) in new[]
        {
            (4_000_000_000, "disk_low"), (1_000_000_000, "video_off"), (100_000_000_000, "disk_recovered"), (100_000_000_000, "video_on"), (100_000_000, "sealed_for_space"),
        })
        {
            Interlocked.Exchange(ref _free, free);
            await NextAlarmAsync(call.Agent.Hub, code);
        }

        var recording = await RecordedCalls.PlayableAsync(hub, call.CallId);
        Assert.Equal("ready", recording.State);
    }

    [Fact]
    public async Task Without_ffmpeg_calls_are_recorded_and_played_and_what_waits_says_so_and_goes_on_when_it_is_there()
    {
        var tools = Directory.CreateTempSubdirectory("aftersales-tools-").FullName;
        var ffmpeg = Path.Combine(tools, "ffmpeg");
        await using (var hub = await TestHub.StartAsync($"--Media:FfmpegPath={ffmpeg}"))
        {
            await using var call = await RecordedCalls.BeginAsync(hub, _loop);
            await call.Buyer.SpokenAsync(60);
            await call.HangUpAsync();
            var playable = await RecordedCalls.PlayableAsync(hub, call.CallId);
            Assert.Equal("ready", playable.State);
            var waiting = await RecordingAsync(hub, call.CallId, r => r.Reason.Length > 0);
            Assert.Equal($"Waiting: '{ffmpeg}' was not found: install ffmpeg (Debian: apt-get install ffmpeg) or set its path. Journals are kept until then.", waiting.Reason);
            Assert.Contains($"'{ffmpeg}' was not found", hub.Log.Text, StringComparison.Ordinal);

            File.CreateSymbolicLink(ffmpeg, "/usr/bin/ffmpeg");
            var review = await RecordedCalls.SealedAsync(hub, call.CallId);
            Assert.Equal(("ready", "sealed", ""), (review.Case.State, review.Case.Integrity, (await RecordingAsync(hub, call.CallId, _ => true)).Reason));

            // And missing again when somebody orders a court copy.
            File.Delete(ffmpeg);
            using var admin = hub.Admin();
            using (var ordered = await admin.PostAsync($"/api/recordings/{review.Case.RecordingId}/court-copy", null))
                Assert.True(ordered.IsSuccessStatusCode);
            var court = await CourtAsync(hub, review, c => c.Reason.Length > 0);
            Assert.Equal("queued", court.State);
            Assert.Contains("was not found", court.Reason, StringComparison.Ordinal);
            File.CreateSymbolicLink(ffmpeg, "/usr/bin/ffmpeg");
            Assert.Equal(("ready", ""), await CourtAsync(hub, review, c => c.State is "ready" or "failed") is var made ? (made.State, made.Reason) : default);
        }

        Directory.Delete(tools, recursive: true);
    }

    [Fact]
    public async Task The_recording_says_under_which_certificates_everybodys_media_came()
    {
        await using var hub = await TestHub.StartAsync();
        var review = await RecordedCalls.SealedAsync(hub, _loop);
        using var admin = hub.Admin();
        using var timeline = JsonDocument.Parse(await admin.GetStringAsync(review.Files.Single(f => f.Name == "timeline.json").Url));
        var said = timeline.RootElement.GetProperty("events").EnumerateArray().Where(e => e.GetProperty("kind").GetString() == "dtls_connected").ToList();
        Assert.Equal(["agent", "buyer"], said.Select(e => e.GetProperty("role").GetString()).Order(StringComparer.Ordinal));
        Assert.All(said, e => Assert.Matches("^local sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2} remote sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}$", e.GetProperty("detail").GetString()!));
        // The server shows everybody one certificate.
        Assert.Single(said.Select(e => e.GetProperty("detail").GetString()!.Split(" remote ")[0]).Distinct(StringComparer.Ordinal));
    }

    private Task<TestHub> HubAsync() => TestHub.StartWithAsync(services => services.AddSingleton(new DiskSpace(_ => Interlocked.Read(ref _free))));

    private static async Task<JsonHubClient> AgentAsync(TestHub hub, CallCreatedView call)
    {
        var client = await hub.CallHubAsStaffAsync();
        await client.InvokeAsync("Connect", new ConnectRequest(call.Call.CallId, null, 0));
        return client;
    }

    private static async Task<System.Text.Json.Nodes.JsonObject> NextAlarmAsync(JsonHubClient agent, string code)
    {
        while (true)
        {
            var alarm = await agent.NextAsync("recording_alarm");
            if ((string?)alarm["code"] == code)
                return alarm;
        }
    }

    private static async Task<RecordingView> RecordingAsync(TestHub hub, string callId, Func<RecordingView, bool> isDone)
    {
        using var admin = hub.Admin();
        return await RecordedCalls.UntilAsync(async ct => (await admin.GetFromJsonAsync<RecordingView>($"/api/calls/{callId}/recording", ct))!, isDone);
    }

    private static async Task<CourtCopyView> CourtAsync(TestHub hub, ReviewView review, Func<CourtCopyView, bool> isDone)
    {
        using var admin = hub.Admin();
        return await RecordedCalls.UntilAsync(
            async ct => (await admin.GetFromJsonAsync<ReviewView>($"/api/recordings/{review.Case.RecordingId}/review", ct))!.CourtCopy, isDone);
    }
}
