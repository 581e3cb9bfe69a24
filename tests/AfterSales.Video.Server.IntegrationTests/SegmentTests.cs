using System.Diagnostics;
using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Evidence.Verification;
using AfterSales.Video.Rtc;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Recordings;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.IntegrationTests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>The journal's way into the store while people still talk, and the end of its local copy.</summary>
public sealed class SegmentTests : IAsyncLifetime
{
    private const string OneSecondSegments = "--Recording:SegmentInterval=00:00:01";
    private const string KeepNothing = "--Recording:KeepJournal=00:00:00";
    private readonly string _folder = Directory.CreateTempSubdirectory("aftersales-test-").FullName;
    private MediaLoop _loop = null!;

    private string Journals => Path.Combine(_folder, "journals");
    private string Evidence => Path.Combine(_folder, "evidence");

    public ValueTask InitializeAsync()
    {
        _loop = RecordedCalls.StartLoop();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Segments_are_in_the_store_before_anybody_hangs_up_and_afterwards_the_local_journal_goes()
    {
        await using var hub = await TestHub.StartInAsync(_folder, OneSecondSegments, KeepNothing);
        ReviewView review;
        byte[] journal;
        await using (var call = await RecordedCalls.BeginAsync(hub, _loop))
        {
            var during = await RecordedCalls.UntilAsync(_ => SegmentsAsync(hub, call.CallId), stored => stored.Count >= 2);
            Assert.Equal(Enumerable.Range(1, during.Count).Select(i => JournalFiles.SegmentName(1, i)), during.Select(s => s.Name));
            Assert.Equal("live", (await CallAsync(hub, call.CallId)).State);
            await call.HangUpAsync();
            review = await RecordedCalls.SealedAsync(hub, call.CallId);
            // Another process may read what nobody writes any more.
            journal = await File.ReadAllBytesAsync(Path.Combine(Journals, review.Case.RecordingId, JournalFiles.First));
            var after = await SegmentsAsync(hub, call.CallId);
            Assert.Equal(during, after.Take(during.Count));
            Assert.Equal(journal.Length, after.Sum(s => s.Length));
        }

        Assert.Equal(1, await hub.App.Services.GetRequiredService<JournalSweeper>().SweepAsync(CancellationToken.None));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Journals));
        Assert.Equal(0, await hub.App.Services.GetRequiredService<JournalSweeper>().SweepAsync(CancellationToken.None));
        var report = await Exports.VerifyAsync(hub, review);
        Assert.True(report.Verdict == Verdict.Verified, Exports.Describe(report));
        Assert.Equal(journal, await RestoredAsync(hub, review.Case.RecordingId));
    }

    [Fact]
    public async Task A_local_journal_stays_while_the_store_lacks_a_byte_of_it()
    {
        await using var hub = await TestHub.StartInAsync(_folder, KeepNothing);
        var review = await RecordedCalls.SealedAsync(hub, _loop);
        var segment = Path.Combine(Evidence, TenantScope.Default, review.Case.RecordingId, JournalFiles.SegmentName(1, 1));
        var bytes = await File.ReadAllBytesAsync(segment);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes);

        Assert.Equal(0, await hub.App.Services.GetRequiredService<JournalSweeper>().SweepAsync(CancellationToken.None));

        Assert.True(File.Exists(Path.Combine(Journals, review.Case.RecordingId, JournalFiles.First)));
        Assert.Contains("the store does not hold all of it", hub.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_down_during_the_call_loses_nothing()
    {
        await using var hub = await TestHub.StartInAsync(_folder, OneSecondSegments);
        await using var call = await RecordedCalls.BeginAsync(hub, _loop);
        await RecordedCalls.UntilAsync(_ => SegmentsAsync(hub, call.CallId), stored => stored.Count >= 1);
        // The store's folder is gone and cannot be made again.
        var aside = Evidence + "-aside";
        Directory.Move(Evidence, aside);
        await File.WriteAllTextAsync(Evidence, "");
        Assert.Equal("store_down", await AlarmAsync(call.Agent));
        await call.Buyer.SpokenAsync(100);
        await call.HangUpAsync();
        var waiting = await RecordedCalls.UntilAsync(async _ => (await CallAsync(hub, call.CallId)).Recording!, r => r.Reason.Contains("Waiting", StringComparison.Ordinal));
        Assert.Equal("muxing", waiting.State);

        File.Delete(Evidence);
        Directory.Move(aside, Evidence);
        var review = await RecordedCalls.SealedAsync(hub, call.CallId);

        Assert.Equal(("ready", "sealed", ""), (review.Case.State, review.Case.Integrity, (await CallAsync(hub, call.CallId)).Recording!.Reason));
        Assert.True(review.Case.DurationSeconds > 2, $"{review.Case.DurationSeconds} s");
        var report = await Exports.VerifyAsync(hub, review);
        Assert.True(report.Verdict == Verdict.Verified, Exports.Describe(report));
    }

    [Fact]
    public async Task Journals_lost_with_their_disk_come_back_as_far_as_they_reached_the_store()
    {
        await using var hub = await TestHub.StartAsync(OneSecondSegments);
        await using var call = await RecordedCalls.BeginAsync(hub, _loop);
        var stored = await RecordedCalls.UntilAsync(_ => SegmentsAsync(hub, call.CallId), found => found.Count >= 3);
        CopyFolder(hub.Folder, _folder);
        Directory.Delete(Journals, recursive: true);

        await using var after = await TestHub.StartInAsync(_folder);
        using (var admin = after.Admin())
            await admin.PostOkAsync<CallView>($"/api/calls/{call.CallId}/end", null);
        var review = await RecordedCalls.SealedAsync(after, call.CallId);

        Assert.Equal(("partial", "recovered"), (review.Case.State, review.Case.Integrity));
        Assert.True(review.Case.DurationSeconds > 2, $"{review.Case.DurationSeconds} s of {stored.Count} segments");
    }

    private static Task<List<StoredSegment>> SegmentsAsync(TestHub hub, string callId) => hub.WithDataAsync(TenantScope.Default, async services =>
    {
        var row = await services.GetRequiredService<HubDbContext>().Set<RecordingRow>().AsNoTracking().SingleAsync(r => r.CallId == callId);
        return await services.GetRequiredService<RecordingSegments>().ListAsync(row.TenantId, row.Id, CancellationToken.None);
    });

    private async Task<byte[]> RestoredAsync(TestHub hub, string recordingId)
    {
        await hub.WithDataAsync(TenantScope.Default, async services =>
        {
            var row = await services.GetRequiredService<HubDbContext>().Set<RecordingRow>().AsNoTracking().SingleAsync(r => r.Id == recordingId);
            return await services.GetRequiredService<JournalKeeper>().EnsureAsync(row, CancellationToken.None);
        });
        return await File.ReadAllBytesAsync(Path.Combine(Journals, recordingId, JournalFiles.First));
    }

    private static async Task<CallView> CallAsync(TestHub hub, string callId)
    {
        using var admin = hub.Admin();
        return (await admin.GetFromJsonAsync<CallView>($"/api/calls/{callId}"))!;
    }

    private static async Task<string?> AlarmAsync(MediaPage page) => (string?)(await page.Hub.NextAsync("recording_alarm"))["code"];

    // What a killed process leaves on the disk. By cp, because .NET respects the lock of the journal's writer.
    private static void CopyFolder(string from, string to)
    {
        using var copy = Process.Start("cp", ["-r", from + "/.", to]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
    }
}
