using System.Collections.Concurrent;
using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Verification;
using AfterSales.Video.Rtc;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Jobs;
using AfterSales.Video.Server.Features.Recordings;
using AfterSales.Video.Server.IntegrationTests.Support;
using AfterSales.Video.Storage;
using AfterSales.Video.TestKit.Stores;
using Azure.Storage.Blobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>The whole program recording into real object stores.</summary>
public sealed class StorageTests(S3rver s3, Azurite azurite) : IClassFixture<S3rver>, IClassFixture<Azurite>, IAsyncLifetime
{
    private MediaLoop _loop = null!;

    public ValueTask InitializeAsync()
    {
        _loop = RecordedCalls.StartLoop();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    [Fact]
    public Task A_call_is_recorded_into_s3_played_from_there_exported_and_erased() => RecordAndEraseAsync("s3", checksums: false, tags: false, S3Settings(s3.Address));

    [Fact]
    public async Task A_call_is_recorded_into_azure_played_from_there_exported_and_erased()
    {
        await new BlobContainerClient(Azurite.ConnectionString(azurite.Address), "calls").CreateIfNotExistsAsync();
        await RecordAndEraseAsync("azure", checksums: true, tags: true, "--Storage:Kind=azure", $"--Storage:Azure:ConnectionString={Azurite.ConnectionString(azurite.Address)}", "--Storage:Azure:Container=calls");
    }

    [Fact]
    public async Task A_store_that_is_away_at_start_stops_neither_the_start_nor_a_call_and_says_what_is_wrong()
    {
        // Nobody listens on port 9; one attempt, so that the answer is there at once.
        await using var hub = await TestHub.StartAsync(
            [.. S3Settings(new Uri("http://127.0.0.1:9")), "--Storage:S3:MaxAttempts=1", "--Recording:SegmentInterval=00:00:01"]);
        await using var call = await RecordedCalls.BeginAsync(hub, _loop);
        var view = await RecordedCalls.UntilAsync(_ => ViewAsync(hub), v => v.Problem.Length > 0 && v.SegmentsWaiting > 0);
        Assert.Equal(("s3", "none"), (view.Kind, view.Worm));
        Assert.Contains("127.0.0.1:9", view.Problem, StringComparison.Ordinal);
        await call.HangUpAsync();
        Assert.NotEmpty((await call.ReceiptAsync()).Code);
    }

    [Theory]
    [InlineData("Storage:Kind", "Storage:Kind=floppy")]
    [InlineData("Storage:S3:Bucket", "Storage:Kind=s3")]
    [InlineData("Storage:S3:Bucket", "Storage:S3:Bucket=evidence")]
    [InlineData("Storage:Azure:ConnectionString", "Storage:Kind=azure", "Storage:Azure:Container=calls")]
    [InlineData("Storage:S3:RetentionMode", "Storage:Kind=s3", "Storage:S3:Bucket=evidence", "Storage:S3:RetentionMode=forever")]
    [InlineData("Recording:BlockInterval", "Recording:BlockInterval=00:00:01")]
    [InlineData("Recording:CheckpointInterval", "Recording:CheckpointInterval=00:01:00")]
    [InlineData("Recording:KeyFrameInterval", "Recording:KeyFrameInterval=00:00:00.5")]
    [InlineData("Recording:VideoOffBelowBytes", "Recording:VideoOffBelowBytes=6000000000")]
    public async Task A_wrong_setting_stops_the_start_and_names_the_key_and_what_to_write(string key, params string[] settings)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => TestHub.StartAsync([.. settings.Select(s => "--" + s)]));
        Assert.Contains(key, refused.Message, StringComparison.Ordinal);
        Assert.Matches("must|write", refused.Message);
    }

    [Fact]
    public async Task A_hold_is_put_on_every_object_of_a_store_that_has_holds_and_lifted_with_the_last_one()
    {
        var store = new HoldingStore();
        await using var hub = await TestHub.StartWithAsync(services => services.AddSingleton<IProtectingStore>(store));
        var review = await RecordedCalls.SealedAsync(hub, _loop, packets: 10);
        var root = $"/api/recordings/{review.Case.RecordingId}/holds";
        using var admin = hub.Admin();
        var first = await admin.PostOkAsync<HoldView>(root, new HoldRequest("court case 7"));
        var held = await RecordedCalls.UntilAsync(_ => Task.FromResult(store.Held), names => names.Contains("original.mkv"));
        Assert.Contains("manifest.dsse.json", held);
        Assert.Contains("journal-1-000001.seg", held);

        var second = await admin.PostOkAsync<HoldView>(root, new HoldRequest("court case 8"));
        await ReleaseAsync(first);
        Assert.Contains("original.mkv", store.Held);

        await ReleaseAsync(second);
        Assert.Empty(store.Held);

        async Task ReleaseAsync(HoldView hold)
        {
            var before = await JobsAsync();
            Assert.Equal(204, (int)(await admin.DeleteAsync($"{root}/{hold.HoldId}")).StatusCode);
            await RecordedCalls.UntilAsync(_ => JobsAsync(), jobs => jobs is { State: "done" } && jobs != before);
        }

        Task<(string State, DateTimeOffset AskedAt)> JobsAsync() => hub.WithDataAsync(TenantScope.Default, async services =>
        {
            var row = await services.GetRequiredService<HubDbContext>().Set<JobRow>().AsNoTracking().SingleAsync(j => j.Kind == "store_hold");
            return (row.State, row.CreatedAt);
        });
    }

    [Fact]
    public async Task Folders_can_be_on_another_disk()
    {
        var folder = Directory.CreateTempSubdirectory("aftersales-evidence-").FullName;
        await using (var hub = await TestHub.StartAsync($"--Storage:Folder={folder}"))
        {
            var review = await RecordedCalls.SealedAsync(hub, _loop, packets: 10);
            Assert.True(File.Exists(Path.Combine(folder, TenantScope.Default, review.Case.RecordingId, "original.mkv")));
            Assert.Equal(new StorageView("file_system", folder, "none", true, false, false, true, false, false, 0, ""), await ViewAsync(hub));
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task RecordAndEraseAsync(string kind, bool checksums, bool tags, params string[] settings)
    {
        await using var hub = await TestHub.StartAsync([.. settings, "--Recording:SegmentInterval=00:00:01", "--Recording:KeepJournal=00:00:00"]);
        var review = await RecordedCalls.SealedAsync(hub, _loop, packets: 150);
        var view = await RecordedCalls.UntilAsync(_ => ViewAsync(hub), v => v.Problem.Length == 0);
        Assert.Equal(new StorageView(kind, view.Place, "none", view.WriteOnce, false, false, tags, false, checksums, 0, ""), view);
        Assert.NotEmpty(view.Place);
        Assert.Equal(("ready", "sealed", "none"), (review.Case.State, review.Case.Integrity, review.Keeping.Worm));
        Assert.False(Directory.Exists(Path.Combine(hub.Folder, "evidence")));

        // From here on everything comes from the store.
        Assert.Equal(1, await hub.App.Services.GetRequiredService<JournalSweeper>().SweepAsync(CancellationToken.None));
        var report = await Exports.VerifyAsync(hub, review);
        Assert.True(report.Verdict == Verdict.Verified, Exports.Describe(report));
        using var admin = hub.Admin();
        foreach (var file in review.Files)
            Assert.Equal(file.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await admin.GetByteArrayAsync(file.Url))));

        using var erased = await admin.PostAsJsonAsync($"/api/recordings/{review.Case.RecordingId}/erasure", new ErasureRequest("asked by the buyer", review.Seal!.ReceiptCode));
        Assert.Equal(202, (int)erased.StatusCode);
        await RecordedCalls.UntilAsync(_ => NamesAsync(hub, review.Case.RecordingId), names => names.Contains("tombstone.dsse.json") && names.TrueForAll(n => n.EndsWith(".dsse.json", StringComparison.Ordinal)));
        await (await admin.GetAsync(review.Files[0].Url)).ShouldBeAsync(410, ProblemCodes.RecordingErased);
    }

    private static string[] S3Settings(Uri address) =>
    [
        "--Storage:Kind=s3", $"--Storage:S3:Endpoint={address.GetLeftPart(UriPartial.Authority)}", $"--Storage:S3:Bucket={S3rver.Bucket}",
        $"--Storage:S3:AccessKeyId={S3rver.Credential}", $"--Storage:S3:SecretAccessKey={S3rver.Credential}", $"--Storage:S3:Prefix=t-{Guid.NewGuid():N}",
    ];

    private static Task<List<string>> NamesAsync(TestHub hub, string recordingId) => hub.WithDataAsync(TenantScope.Default, async services =>
    {
        var names = new List<string>();
        await foreach (var stored in services.GetRequiredService<IEvidenceStore>().ListAsync(TenantScope.Default, recordingId, CancellationToken.None))
            names.Add(stored.Key.Name);
        return names;
    });

    private static async Task<StorageView> ViewAsync(TestHub hub)
    {
        using var admin = hub.Admin();
        return (await admin.GetFromJsonAsync<StorageView>("/api/admin/storage"))!;
    }

    /// <summary>Neither S3 server nor Azurite that can run here has legal holds.</summary>
    private sealed class HoldingStore : IProtectingStore
    {
        private readonly ConcurrentDictionary<EvidenceKey, bool> _holds = new();

        public IReadOnlyCollection<string> Held => [.. _holds.Where(hold => hold.Value).Select(hold => hold.Key.Name)];

        public Task<StoreCapabilities> ProbeAsync(CancellationToken ct) => Task.FromResult(
            new StoreCapabilities("s3", "test", WormState.Unlocked, WriteOnce: true, "sha256", Tags: true, Versions: true, LegalHold: true, Retention: true));

        public Task<bool> SetLegalHoldAsync(EvidenceKey key, bool held, CancellationToken ct)
        {
            _holds[key] = held;
            return Task.FromResult(true);
        }

        public Task<bool> RetainUntilAsync(EvidenceKey key, DateTimeOffset until, CancellationToken ct) => Task.FromResult(true);
    }
}
