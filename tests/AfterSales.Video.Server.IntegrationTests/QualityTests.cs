using System.Text.Json.Nodes;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Server.IntegrationTests.Support;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>How a call went, from the packets and the pages into the journal, the manifest, the replay page and the metrics.</summary>
public sealed class QualityTests : CallTests
{
    private static readonly ReportQualityRequest Seen = new(5_000, 140, 2, 480, 63, 640, 480, 1280, 720, "tcp");

    [Fact]
    public async Task A_recording_says_by_the_second_how_the_call_went()
    {
        await using var call = await RecordedCalls.BeginAsync(Hub, Loop);
        Assert.Null((await call.Buyer.Hub.InvokeAsync<CommandResult>("ReportQuality", Seen)).Code);
        Assert.Equal(ProblemCodes.TooManyRequests, (await call.Buyer.Hub.InvokeAsync<CommandResult>("ReportQuality", Seen)).Code);
        await call.Buyer.SpokenAsync(160);
        await call.HangUpAsync();

        var review = await RecordedCalls.SealedAsync(Hub, call.CallId);
        Assert.Equal(["buyer", "agent"], review.Quality.Select(q => q.Role), StringComparer.Ordinal);
        Assert.All(review.Quality, q => Assert.Contains(q.UpKbps, rate => rate is > 5 and < 500));
        Assert.All(review.Quality, q => Assert.All(q.UpLoss, loss => Assert.InRange(loss, -1, 0)));
        Assert.Equal((2, 0.48), review.Quality[0].Freezes.Select(f => (f.Count, f.FrozenSeconds)).Single());
        Assert.Contains(review.Lanes, item => item is { Lane: "loss", Kind: "freeze", Role: "buyer", Detail: "0.5 s" });
        Assert.DoesNotContain(review.Lanes, item => item.Kind == "quality");

        using var admin = Hub.Admin();
        var manifest = JsonNode.Parse(Parse(await admin.GetStringAsync($"/api/recordings/{review.Case.RecordingId}/manifest")).Payload.Span)!;
        var freeze = manifest["gaps"]!.AsArray().Single(gap => (string?)gap!["kind"] == "freeze")!;
        Assert.Contains("2 times, 480 ms", (string?)freeze["reason"], StringComparison.Ordinal);
        using var scraper = Hub.Client();
        var metrics = await scraper.GetStringAsync("/metrics");
        Assert.Contains("aftersales_quality_freezes_total{role=\"buyer\"} 2", metrics, StringComparison.Ordinal);
        Assert.Contains("aftersales_quality_reports_total{role=\"buyer\",path=\"tcp\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("aftersales_quality_loss_bucket{direction=\"up\",le=\"0\"}", metrics, StringComparison.Ordinal);
    }

    public static TheoryData<string> Unbelievable() => ["-1 ms", "freezes", "frozen", "side", "path"];

    [Theory]
    [MemberData(nameof(Unbelievable))]
    public async Task What_cannot_be_true_is_refused(string what)
    {
        var lie = what switch
        {
            "-1 ms" => Seen with { OverMs = -1 },
            "freezes" => Seen with { Freezes = -3 },
            "frozen" => Seen with { FrozenMs = 1e12 },
            "side" => Seen with { Width = 1_000_000 },
            _ => Seen with { Path = "a path of many words that no browser says" },
        };
        var call = await Hub.CallAsync();
        await using var agent = await Hub.CallHubAsStaffAsync();
        Assert.Equal("session.rejoin", (await agent.InvokeAsync<CommandResult>("ReportQuality", Seen)).Code);
        await agent.InvokeAsync("Connect", new ConnectRequest(call.Call.CallId, null, 0));
        Assert.Equal(ProblemCodes.RequestInvalid, (await agent.InvokeAsync<CommandResult>("ReportQuality", lie)).Code);
        Assert.Null((await agent.InvokeAsync<CommandResult>("ReportQuality", Seen)).Code);
    }
}
