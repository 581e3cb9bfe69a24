using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.IntegrationTests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AfterSales.Video.Server.IntegrationTests;

public sealed class RestartTests
{
    [Fact]
    public async Task Stopping_tells_everybody_seals_the_journal_and_the_next_start_muxes_it()
    {
        var folder = Directory.CreateTempSubdirectory("aftersales-test-").FullName;
        string callId;
        var hub = await TestHub.StartInAsync(folder);
        try
        {
            var call = await hub.CallAsync();
            callId = call.Call.CallId;
            await hub.AgreeAsync(await hub.RedeemAsync(call));
            await using var agent = await hub.CallHubAsStaffAsync();
            await agent.InvokeAsync("Connect", new ConnectRequest(callId, null, 0));
            var stopping = hub.App.StopAsync();
            Assert.Equal("server_stopped", (string?)(await agent.NextAsync("call_ended"))["reason"]);
            await stopping;
        }
        finally
        {
            await hub.DisposeAsync();
        }

        await using (var again = await TestHub.StartInAsync(folder))
        {
            var view = await FinishedAsync(again, callId);
            Assert.Equal(("ended", "server_stopped", "empty"), (view.State, view.EndReason, view.Recording!.State));
        }

        Directory.Delete(folder, true);
    }

    [Fact]
    public async Task After_a_crash_waiting_links_work_and_a_live_call_goes_on_in_a_further_recording()
    {
        await using var crashed = await TestHub.StartAsync();
        var live = await crashed.CallAsync();
        var buyer = await crashed.RedeemAsync(live);
        await crashed.AgreeAsync(buyer);
        var waiting = await crashed.CallAsync();
        var folder = Directory.CreateTempSubdirectory("aftersales-test-").FullName;
        CopyFolder(crashed.Folder, folder);

        await using (var after = await TestHub.StartInAsync(folder))
        {
            await after.RedeemAsync(waiting);
            await using var returned = await after.CallHubAsBuyerAsync(buyer);
            var former = (await returned.InvokeAsync("Connect", new ConnectRequest("", "of the former process", 4)))!;
            Assert.Equal("rejoin", (string?)former["outcome"]);
            var joined = (await returned.InvokeAsync("Connect", new ConnectRequest("", null, 0)))!;
            Assert.Equal("joined", (string?)joined["outcome"]);
            Assert.True((bool)joined["snapshot"]!["recording"]!);

            await returned.InvokeAsync("HangUp", new HangUpRequest("buyer_hung_up"));
            var view = await FinishedAsync(after, live.Call.CallId);

            Assert.Equal(("ended", "buyer_hung_up"), (view.State, view.EndReason));
            var cutOff = Assert.Single(view.EarlierRecordings);
            Assert.NotEqual(cutOff.RecordingId, view.Recording!.RecordingId);
            Assert.True(cutOff.StartedAt < view.Recording.StartedAt);
        }

        Directory.Delete(folder, true);
    }

    [Fact]
    public async Task After_a_crash_a_call_that_nobody_returns_to_ends_as_stopped_by_the_server()
    {
        await using var crashed = await TestHub.StartAsync();
        var live = await crashed.CallAsync();
        await crashed.AgreeAsync(await crashed.RedeemAsync(live));
        var folder = Directory.CreateTempSubdirectory("aftersales-test-").FullName;
        CopyFolder(crashed.Folder, folder);

        await using (var after = await TestHub.StartInAsync(folder, "--Calls:SweepInterval=00:00:01"))
        {
            Assert.Equal("live", (await FinishedAsync(after, live.Call.CallId)).State);
            after.Time.Advance(TimeSpan.FromMinutes(3));
            using var admin = after.Admin();
            CallView view;
            do
                view = (await admin.GetFromJsonAsync<CallView>($"/api/calls/{live.Call.CallId}"))!;
            while (view.State != "ended");

            Assert.Equal("server_stopped", view.EndReason);
            Assert.Equal("empty", view.Recording!.State);
            Assert.Empty(view.EarlierRecordings);
        }

        Directory.Delete(folder, true);
    }

    [Fact]
    public async Task A_moved_data_folder_still_finds_the_journals_of_jobs_that_are_due()
    {
        var parent = Directory.CreateTempSubdirectory("aftersales-test-").FullName;
        var (before, after) = (Path.Combine(parent, "before"), Path.Combine(parent, "after"));
        string callId;
        // Without FFmpeg the job waits, so the next start has it to do.
        await using (var hub = await TestHub.StartInAsync(before, "--Media:FfmpegPath=/nonexistent/ffmpeg"))
        {
            var call = await hub.CallAsync();
            callId = call.Call.CallId;
            await hub.AgreeAsync(await hub.RedeemAsync(call));
            using var admin = hub.Admin();
            await admin.PostOkAsync<CallView>($"/api/calls/{callId}/end", null);
            Assert.Equal("journals", (await JournalPathAsync(hub))!.Split('/')[0]);
        }

        Directory.Move(before, after);
        await using (var moved = await TestHub.StartInAsync(after))
            Assert.Equal("empty", (await FinishedAsync(moved, callId)).Recording!.State);
        Directory.Delete(parent, true);
    }

    [Fact]
    public async Task Absolute_journal_paths_of_older_versions_become_relative()
    {
        var folder = Directory.CreateTempSubdirectory("aftersales-test-").FullName;
        await using (var hub = await TestHub.StartInAsync(folder, "--Media:FfmpegPath=/nonexistent/ffmpeg"))
        {
            var call = await hub.CallAsync();
            await hub.AgreeAsync(await hub.RedeemAsync(call));
            using var admin = hub.Admin();
            await admin.PostOkAsync<CallView>($"/api/calls/{call.Call.CallId}/end", null);
        }

        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder}/hub.db;Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE recordings SET journal_path = '/a/former/place/' || journal_path; DELETE FROM schema_version WHERE version = 2";
            await command.ExecuteNonQueryAsync();
        }

        await using (var again = await TestHub.StartInAsync(folder, "--Media:FfmpegPath=/nonexistent/ffmpeg"))
            Assert.Matches("^journals/[0-9a-f]{32}/journal[^/]*$", await JournalPathAsync(again));
        Directory.Delete(folder, true);
    }

    private static Task<string?> JournalPathAsync(TestHub hub) => hub.WithDataAsync(TenantScope.Default, services =>
        services.GetRequiredService<HubDbContext>().Set<RecordingRow>().Select(r => r.JournalPath).SingleAsync());

    private static async Task<CallView> FinishedAsync(TestHub hub, string callId)
    {
        using var admin = hub.Admin();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var view = (await admin.GetFromJsonAsync<CallView>($"/api/calls/{callId}", deadline.Token))!;
            if (view.Recording is { State: not ("muxing" or "recording") })
                return view;
        }
    }

    // What a killed process leaves on the disk. By cp, because .NET respects the lock of the journal's writer.
    private static void CopyFolder(string from, string to)
    {
        using var copy = System.Diagnostics.Process.Start("cp", ["-r", from + "/.", to]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
    }
}
