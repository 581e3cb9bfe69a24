using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Server.Features.FirstFrame.Public;
using AfterSales.Video.Server.IntegrationTests.Support;

namespace AfterSales.Video.Server.IntegrationTests;

public sealed class FirstFrameTests(SharedHub shared) : IClassFixture<SharedHub>
{
    [Fact]
    public async Task Times_from_the_pages_become_percentiles_and_metrics()
    {
        var call = await shared.Hub.CallAsync();
        await using var agent = await shared.Hub.CallHubAsStaffAsync();
        await agent.InvokeAsync("Connect", new ConnectRequest(call.Call.CallId, null, 0));
        Assert.Null(await ReportAsync(agent, "agree_to_agent_frame", 321.4));
        Assert.Null(await ReportAsync(agent, "agree_to_agent_frame", 9999));
        Assert.Equal(ProblemCodes.RequestInvalid, await ReportAsync(agent, "nonsense", 1));
        Assert.Equal(ProblemCodes.RequestInvalid, await ReportAsync(agent, "connect", -1));

        using var admin = shared.Hub.Admin();
        var view = (await admin.GetFromJsonAsync<FirstFrameView>("/api/admin/first-frame"))!;
        Assert.Equal((1, 321.0), (view.AgentFirstVideoFrameMs.Samples, view.AgentFirstVideoFrameMs.P50));
        using var scraper = shared.Hub.Client();
        var metrics = await scraper.GetStringAsync("/metrics");
        Assert.Contains("aftersales_first_frame_duration_bucket{measure=\"agree_to_agent_frame\",le=\"500\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("aftersales_rtc_datagrams_received_total", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_for_this_computer_or_for_who_has_the_token()
    {
        using var forwarded = shared.Hub.Client();
        forwarded.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        await (await forwarded.GetAsync("/metrics")).ShouldBeAsync(404, ProblemCodes.NotFound);
        await using var hub = await TestHub.StartAsync("--Metrics:Token=0123456789abcdef");
        using var stranger = hub.Client();
        using var scraper = hub.Client("0123456789abcdef");
        await (await stranger.GetAsync("/metrics")).ShouldBeAsync(404, ProblemCodes.NotFound);
        Assert.Contains("aftersales_", await scraper.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public void Percentiles_are_by_nearest_rank()
    {
        var of = FirstFrameTimings.Of(Enumerable.Range(1, 100).Select(i => (double)i).ToList());
        Assert.Equal((100, 50.0, 90.0, 95.0, 99.0, 100.0), (of.Samples, of.P50, of.P90, of.P95, of.P99, of.Max));
        Assert.Equal(0, FirstFrameTimings.Of([]).Samples);
    }

    private static async Task<string?> ReportAsync(TestKit.Signalling.JsonHubClient hub, string measure, double milliseconds) =>
        (await hub.InvokeAsync<CommandResult>("ReportTiming", new ReportTimingRequest(measure, milliseconds))).Code;
}
