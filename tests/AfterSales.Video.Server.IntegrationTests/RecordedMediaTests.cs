using System.Globalization;
using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Server.IntegrationTests.Support;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>Whole calls with real packets over loopback.</summary>
public sealed class RecordedMediaTests : CallTests
{
    [Fact]
    public async Task A_clean_call_lists_no_gaps_and_its_packets_are_in_the_metrics()
    {
        var (call, cookie) = await LiveCallAsync();
        var agent = await MediaPage.JoinAsync(Loop, await Hub.CallHubAsStaffAsync(), call.Call.CallId);
        var buyer = await MediaPage.JoinAsync(Loop, await Hub.CallHubAsBuyerAsync(cookie), "");
        await buyer.SpokenAsync(100);
        var before = agent.Sent + buyer.Sent;
        await agent.Hub.InvokeAsync("HangUp", new Contracts.Hubs.HangUpRequest("done"));
        // The pages go at once, as a closed tab does, while the journal is being sealed.
        agent.Hub.Cut();
        buyer.Hub.Cut();

        var recording = await FinishedAsync(call.Call.CallId);

        Assert.Equal(("ready", ""), (recording.State, recording.Reason));
        Assert.DoesNotContain(recording.Gaps, gap => gap.Reason != "late_start");
        using var scraper = Hub.Client();
        var metrics = await scraper.GetStringAsync("/metrics");
        Assert.True(Metric(metrics, "aftersales_rtc_datagrams_received_total") >= before, metrics);
        Assert.True(Metric(metrics, "aftersales_rtc_datagrams_sent_total") >= 100, metrics);
        Assert.Equal(2, Metric(metrics, "aftersales_rtc_peers_created_total"));
        await agent.DisposeAsync();
        await buyer.DisposeAsync();
    }

    [Fact]
    public async Task Withdrawn_consent_seals_the_journal_within_a_second_although_media_goes_on()
    {
        var (_, cookie) = await LiveCallAsync();
        await using var buyer = await MediaPage.JoinAsync(Loop, await Hub.CallHubAsBuyerAsync(cookie), "");
        await buyer.SpokenAsync(25);
        var folder = Directory.EnumerateDirectories(Path.Combine(Hub.Folder, "journals")).Single();
        using var client = Hub.Client(cookie: cookie);

        var withdrawn = TimeProvider.System.GetUtcNow();
        var view = await client.PostOkAsync<BuyerCallView>("/api/buyer/consent/withdraw", null);

        Assert.Equal(("ended", "consent_withdrawn"), (view.State, view.EndReason));
        await using var file = File.OpenRead(JournalFiles.Find(folder)[^1]);
        Assert.True(JournalReader.TryOpen(file, out var reader, out var problem), problem);
        BlockHeader last = default;
        while (reader.ReadBlock(out var block) == BlockOutcome.Block)
            last = block.Header;
        Assert.True(reader.Ended, reader.Problem);
        Assert.InRange(DateTimeOffset.UnixEpoch.AddTicks(last.UtcNs / 100) - withdrawn, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(1));
        await buyer.SpokenAsync(25);
    }

    private async Task<(CallCreatedView Call, string BuyerCookie)> LiveCallAsync()
    {
        var call = await Hub.CallAsync();
        var cookie = await Hub.RedeemAsync(call);
        await Hub.AgreeAsync(cookie);
        return (call, cookie);
    }

    private async Task<RecordingView> FinishedAsync(string callId)
    {
        using var admin = Hub.Admin();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var view = (await admin.GetFromJsonAsync<RecordingView>($"/api/calls/{callId}/recording", deadline.Token))!;
            if (view.State is not ("muxing" or "recording"))
                return view;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, deadline.Token);
        }
    }

    private static double Metric(string text, string name) => text.Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Sum(line => double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
}
