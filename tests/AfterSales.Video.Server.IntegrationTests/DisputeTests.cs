using System.Net.Http.Json;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Evidence.Verification;
using AfterSales.Video.Rtc;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Custody;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.IntegrationTests.Support;
using AfterSales.Video.TestKit.Evidence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>What an outsider gets who disputes a call: an export with independent timestamps and a court copy, checked with nothing of the server's.</summary>
public sealed class DisputeTests : IAsyncLifetime
{
    private readonly List<string> _folders = [];
    private MediaLoop _loop = null!;

    public ValueTask InitializeAsync()
    {
        _loop = RecordedCalls.StartLoop();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        foreach (var folder in _folders)
            Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_export_with_timestamps_and_a_court_copy_verifies_by_tool_and_by_hand_and_no_byte_can_be_changed()
    {
        await using var tsa = await TsaServer.StartAsync();
        await using var hub = await TestHub.StartAsync(tsa.Settings);
        using var admin = hub.Admin();
        var review = await RecordedCalls.SealedAsync(hub, _loop, packets: 200);
        var root = $"/api/recordings/{review.Case.RecordingId}";
        await admin.PostOkAsync<CourtCopyView>(root + "/court-copy", null);
        review = await UntilAsync(hub, review, r => r.CourtCopy.State is "ready" or "failed" && r.Seal!.Timestamp == "ok");

        Assert.Equal(("ready", ""), (review.CourtCopy.State, review.CourtCopy.Reason));
        var copy = await admin.GetByteArrayAsync(review.CourtCopy.File!.Url);
        Assert.Equal(review.CourtCopy.File.Sha256, SampleExport.Digest(copy));
        var folder = Unpack(await admin.GetByteArrayAsync(review.Seal!.ExportUrl));
        AssertTimestamped(folder);
        AssertDerived(folder, review.CourtCopy.File);
        await AssertVerifiedAsync(folder, "Verified\n", "--tsa-roots", tsa.RootPath);
        AssertReadme(folder);
        await AssertEveryFileCountsAsync(folder);
    }

    [Fact]
    public async Task An_authority_that_is_away_costs_nothing_and_what_comes_late_says_so()
    {
        await using var tsa = await TsaServer.StartAsync(isAway: true);
        // Half an hour behind, so that the authority, whose clock is right, is late when it is back.
        await using var hub = await TestHub.StartShiftedAsync(TimeSpan.FromMinutes(-30), tsa.Settings);
        hub.Time.Advance(TimeSpan.FromDays(-1));
        await hub.App.Services.GetRequiredService<CustodyLog>().AppendAsync(TenantScope.Default, CustodyKind.RetentionChanged, CustodyActor.System, TenantScope.Default, [], CancellationToken.None);
        hub.Time.Advance(TimeSpan.FromDays(1));
        var review = await RecordedCalls.SealedAsync(hub, _loop);
        Assert.Equal("pending", review.Seal!.Timestamp);
        hub.Time.Advance(TimeSpan.FromMinutes(30));
        // Yesterday is over: the custody log's root of that day is due.
        await hub.App.Services.GetRequiredService<CustodyRootKeeper>().SignAsync(CancellationToken.None);
        Assert.True(tsa.Refused > 0);
        tsa.IsAway = false;

        review = await UntilAsync(hub, review, r => r.Seal!.Timestamp == "late");
        await RecordedCalls.UntilAsync(
            ct => hub.WithDataAsync(TenantScope.Default, s => s.GetRequiredService<HubDbContext>().Set<TimestampRow>().AnyAsync(t => t.State == "queued", ct)), queued => !queued);

        using var admin = hub.Admin();
        var folder = Unpack(await admin.GetByteArrayAsync(review.Seal!.ExportUrl));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(folder, "timestamps"), "custody-root-*.tsr"));
        await AssertVerifiedAsync(folder, "timestamp_late", "--tsa-roots", tsa.RootPath);
    }

    [Fact]
    public async Task An_erased_recording_leaves_a_tombstone_and_what_was_exported_before_stays_verified()
    {
        await using var hub = await TestHub.StartAsync();
        using var admin = hub.Admin();
        await using var call = await RecordedCalls.BeginAsync(hub, _loop);
        await SendPhotoAsync(hub, call);
        await call.HangUpAsync();
        var review = await RecordedCalls.SealedAsync(hub, call.CallId);
        var (id, root) = (review.Case.RecordingId, $"/api/recordings/{review.Case.RecordingId}");
        var ticket = (await admin.GetFromJsonAsync<TicketView>($"/api/tickets/{review.Case.TicketId}"))!;
        var photo = $"/api/photos/{ticket.Photos.Single().PhotoId}";
        Assert.Equal(200, (int)(await admin.GetAsync(photo)).StatusCode);
        var before = Unpack(await admin.GetByteArrayAsync(review.Seal!.ExportUrl));

        Assert.Equal(202, (int)(await admin.PostAsJsonAsync(root + "/erasure", new ErasureRequest("asked by the buyer", id))).StatusCode);
        var tombstone = await RecordedCalls.UntilAsync(async ct => await admin.GetAsync(root + "/tombstone", ct), answer => answer.IsSuccessStatusCode);

        using (var refused = await admin.GetAsync(review.Seal.ExportUrl))
        {
            Assert.Contains("/tombstone", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            await refused.ShouldBeAsync(410, ProblemCodes.RecordingErased);
        }

        await (await admin.GetAsync(photo)).ShouldBeAsync(404, ProblemCodes.NotFound);
        Assert.Equal(["manifest.dsse.json", "tombstone.dsse.json"], StoredNames(hub, id));
        Assert.Empty(StoredNames(hub, "photos-" + call.CallId));
        await AssertVerifiedAsync(before, "Verified\n");
        var left = NewFolder();
        await File.WriteAllBytesAsync(Path.Combine(left, "tombstone.dsse.json"), await tombstone.Content.ReadAsByteArrayAsync());
        await File.WriteAllBytesAsync(Path.Combine(left, "keys.json"), await admin.GetByteArrayAsync("/.well-known/aftersales-evidence-keys.json"));
        var (exit, output) = await VerifyTool.RunAsync(left);
        Assert.True(exit == 2 && output.Contains($"recording {id} was erased", StringComparison.Ordinal), output);
    }

    private static async Task<ReviewView> UntilAsync(TestHub hub, ReviewView review, Func<ReviewView, bool> isDone)
    {
        using var admin = hub.Admin();
        return await RecordedCalls.UntilAsync(
            async ct => (await admin.GetFromJsonAsync<ReviewView>($"/api/recordings/{review.Case.RecordingId}/review?viewId={review.ViewId}", ct))!, isDone);
    }

    /// <summary>Seen by the authority while the call went on, when it ended and when it was sealed.</summary>
    private static void AssertTimestamped(string folder)
    {
        var manifest = Read(Path.Combine(folder, ExportNames.Manifest), SignedDocuments.Manifest);
        Assert.Contains(manifest.Timestamps, t => !t.Late && t.GenTime < manifest.EndedAt);
        var last = manifest.Checkpoints[^1];
        var ofEnd = $"checkpoint-{last.Part}-{last.Seq:D6}.tsr";
        Assert.Contains(manifest.Timestamps, t => t.Name == ofEnd);
        string[] expected = ["manifest.tsr", ofEnd];
        Assert.Superset(expected.ToHashSet(), Directory.GetFiles(Path.Combine(folder, "timestamps")).Select(f => Path.GetFileName(f)!).ToHashSet());
    }

    private static void AssertDerived(string folder, RecordingFileView copy)
    {
        Assert.True(DsseEnvelope.TryParseArray(File.ReadAllBytes(Path.Combine(folder, ExportNames.Derivatives)), out var envelopes, out var problem), problem);
        Assert.True(SignedDocuments.Derivative.TryRead(Assert.Single(envelopes), out var derivative, out problem), problem);
        Assert.Equal((copy.Name, copy.Sha256), (derivative.File.Name, derivative.File.Sha256));
        Assert.NotEmpty(derivative.File.DerivedFrom!);
        Assert.Contains("ffmpeg", derivative.File.Provenance, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task AssertVerifiedAsync(string export, string says, params string[] options)
    {
        var (exit, output) = await VerifyTool.RunAsync(export, options);
        Assert.True(exit == 0 && output.Contains(says, StringComparison.Ordinal), output);
    }

    /// <summary>Runs what README.txt tells to type, all of its third section.</summary>
    private static void AssertReadme(string folder)
    {
        var lines = File.ReadAllLines(Path.Combine(folder, ExportNames.Readme));
        var byHand = lines.SkipWhile(l => !l.StartsWith("3. By hand", StringComparison.Ordinal)).Where(l => l.StartsWith("    ", StringComparison.Ordinal)).ToList();
        Assert.True(byHand.Count >= 10, string.Join('\n', lines));
        var (exit, output) = OpenSslTool.RunShell(folder, string.Join('\n', byHand));
        Assert.True(exit == 0 && output.Contains("Verified OK", StringComparison.Ordinal) && output.Contains("Verification: OK", StringComparison.Ordinal), output);
        foreach (var made in (string[])["payload.json", "signature.der", "key.pem", "signed.bin"])
            File.Delete(Path.Combine(folder, made));
    }

    private static async Task AssertEveryFileCountsAsync(string folder)
    {
        foreach (var path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            var (name, content) = (Path.GetRelativePath(folder, path), await File.ReadAllBytesAsync(path));
            var changed = content.ToArray();
            changed[changed.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(path, changed);
            var (exit, output) = await VerifyTool.RunAsync(folder);
            await File.WriteAllBytesAsync(path, content);
            // Without the right keys nothing below them can be judged: then the list they signed is the place.
            Assert.True(exit == 1 && (output.StartsWith($"Failed ({name}", StringComparison.Ordinal) || name == ExportNames.Keys), $"{name}: exit {exit}\n{output}");
        }

        File.Delete(Path.Combine(folder, ExportNames.List));
        var (missing, why) = await VerifyTool.RunAsync(folder);
        Assert.True(missing == 2 && why.StartsWith("Incomplete", StringComparison.Ordinal), why);
    }

    private static T Read<T>(string path, SignedDocument<T> kind) =>
        DsseEnvelope.TryParse(File.ReadAllBytes(path), out var envelope, out var problem) && kind.TryRead(envelope, out var document, out problem)
            ? document
            : throw new InvalidDataException(problem);

    private static async Task SendPhotoAsync(TestHub hub, RecordedCall call)
    {
        using var buyer = hub.Client(cookie: call.BuyerCookie);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Sample.Jpeg()), "photo", "any.jpg" } };
        using var answer = await buyer.PostAsync("/api/buyer/photos", form);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>On the disk, whatever the database says.</summary>
    private static IEnumerable<string> StoredNames(TestHub hub, string folder) =>
        Directory.EnumerateDirectories(hub.Folder, folder, SearchOption.AllDirectories).SelectMany(Directory.EnumerateFiles).Select(f => Path.GetFileName(f)!)
            .Where(name => name[0] != '.').Order(StringComparer.Ordinal);

    private string Unpack(byte[] zip)
    {
        var folder = VerifyTool.Unpack(zip);
        _folders.Add(folder);
        return folder;
    }

    private string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("aftersales-left-").FullName;
        _folders.Add(folder);
        return folder;
    }
}
