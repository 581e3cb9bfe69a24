using System.Diagnostics;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Text;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Contracts.Hubs;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Evidence.Verification;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.IntegrationTests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>From a real call to what stands up in a dispute.</summary>
public sealed class EvidenceTests : CallTests
{
    [Fact]
    public async Task A_call_becomes_playable_then_sealed_and_its_manifest_fixes_every_file()
    {
        var review = await RecordedCalls.SealedAsync(Hub, Loop);

        Assert.Equal(("ready", "sealed"), (review.Case.State, review.Case.Integrity));
        var keys = await KeysAsync();
        using var admin = Hub.Admin();
        var envelope = Parse(await admin.GetStringAsync(review.Seal!.ManifestUrl));
        Assert.True(keys.Check(envelope, PayloadTypes.Manifest).IsValid);
        Assert.True(SignedDocuments.Manifest.TryRead(envelope, out var manifest, out var problem), problem);
        Assert.Equal(review.Files.Select(f => (f.Name, f.Sha256)).Order(), manifest.Files.Select(f => (f.Name, f.Sha256)).Order());
        foreach (var file in review.Files)
            Assert.Equal(file.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await admin.GetByteArrayAsync(file.Url))));
        Assert.Contains(review.Files, f => f.Purpose == "playback");
        Assert.Equal(2, review.Playback!.Voices.Count);
        Assert.Equal("audio", review.Playback.Kind);
        Assert.Equal("", (await CustodyAsync(review.Case.RecordingId)).Problem);
    }

    [Fact]
    public async Task A_file_that_was_changed_in_the_store_is_refused_by_name_from_the_changed_part_on()
    {
        var review = await RecordedCalls.SealedAsync(Hub, Loop);
        var file = review.Files.MaxBy(f => f.Length)!;
        var path = Path.Combine(Hub.Folder, "evidence", TenantScope.Default, review.Case.RecordingId, file.Name);
        var bytes = await File.ReadAllBytesAsync(path);
        // The last chunk's tag: a trailer of 56 bytes follows it.
        bytes[^60] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        using var admin = Hub.Admin();
        using var rest = new HttpRequestMessage(HttpMethod.Get, file.Url) { Headers = { Range = new(file.Length - 1, null) } };
        await (await admin.SendAsync(rest)).ShouldBeAsync(422, ProblemCodes.RecordingFileChanged);
        Assert.Contains($"{file.Name} in the store is not what was stored", Hub.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_journal_in_the_store_is_encrypted_and_whole()
    {
        var review = await RecordedCalls.SealedAsync(Hub, Loop);
        using var admin = Hub.Admin();
        SignedDocuments.Manifest.TryRead(Parse(await admin.GetStringAsync(review.Seal!.ManifestUrl)), out var manifest, out _);

        var journal = new MemoryStream();
        foreach (var segment in manifest.Segments)
            journal.Write(await admin.GetByteArrayAsync($"/api/recordings/{review.Case.RecordingId}/segments/{segment.Name}"));
        var local = Directory.EnumerateFiles(Path.Combine(Hub.Folder, "journals"), "journal.v1", SearchOption.AllDirectories).Single();

        Assert.Equal(await File.ReadAllBytesAsync(local), journal.ToArray());
        Assert.DoesNotContain("participant_joined", Encoding.Latin1.GetString(journal.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkpoints_reach_both_participants_every_few_seconds_and_their_echoes_are_kept()
    {
        await using var call = await RecordedCalls.BeginAsync(Hub, Loop);
        var keys = await KeysAsync();
        var stopwatch = Stopwatch.StartNew();
        foreach (var page in (MediaPage[])[call.Agent, call.Buyer])
        {
            var message = await page.Hub.NextAsync("checkpoint");
            var envelope = Parse((string)message["envelope"]!);
            Assert.True(keys.Check(envelope, PayloadTypes.Checkpoint).IsValid);
            Assert.True(SignedDocuments.Checkpoint.TryRead(envelope, out var checkpoint, out _));
            Assert.Equal((string?)message["headHex"], checkpoint.Head);
            var echo = new EchoCheckpointRequest(checkpoint.RecordingId, checkpoint.Part, checkpoint.Seq, checkpoint.Head);
            Assert.Null((await page.Hub.InvokeAsync<CommandResult>("EchoCheckpoint", echo)).Code);
            Assert.Null((await page.Hub.InvokeAsync<CommandResult>("EchoCheckpoint", echo)).Code);
            Assert.Equal(ProblemCodes.RequestInvalid, (await page.Hub.InvokeAsync<CommandResult>("EchoCheckpoint", echo with { HeadHex = new string('0', 64) })).Code);
        }

        Assert.InRange(stopwatch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        var echoes = await Hub.WithDataAsync(TenantScope.Default, services => services.GetRequiredService<HubDbContext>().Database
            .SqlQuery<string>($"SELECT role AS Value FROM checkpoint_echoes ORDER BY role").ToListAsync());
        Assert.Equal(["agent", "buyer"], echoes.Distinct());
    }

    [Fact]
    public async Task The_receipt_is_there_within_two_seconds_of_hanging_up_and_anybody_can_check_it()
    {
        await using var call = await RecordedCalls.BeginAsync(Hub, Loop);
        await call.Buyer.SpokenAsync(50);
        await call.HangUpAsync();
        var stopwatch = Stopwatch.StartNew();

        var receipt = await call.ReceiptAsync();

        Assert.InRange(stopwatch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        using var stranger = Hub.Client();
        var seen = (await stranger.GetFromJsonAsync<ReceiptView>("/api/receipts/" + receipt.Code.ToLowerInvariant()))!;
        Assert.Equal((receipt.Code, "kept", true), (seen.Code, seen.Standing, seen.Complete));
        var envelope = Parse(seen.Envelope);
        Assert.True((await KeysAsync()).Check(envelope, PayloadTypes.Receipt).IsValid);
        Assert.True(SignedDocuments.Receipt.TryRead(envelope, out var signed, out _));
        var last = await Hub.WithDataAsync(TenantScope.Default, services => services.GetRequiredService<CheckpointLog>().OfRecordingAsync(signed.RecordingId, CancellationToken.None));
        Assert.Equal(signed.Checkpoint.Head, last[^1].HeadHex);
        await (await stranger.GetAsync("/api/receipts/R-0000-0000-0000-0000")).ShouldBeAsync(404, ProblemCodes.ReceiptNotFound);
    }

    [Fact]
    public async Task An_export_holds_everything_and_says_how_to_check_it()
    {
        var review = await RecordedCalls.SealedAsync(Hub, Loop);
        using var admin = Hub.Admin();

        var bytes = await ExportAsync(review);
        using var zip = new ZipArchive(new MemoryStream(bytes));

        var names = zip.Entries.Select(e => e.FullName).ToList();
        foreach (var name in (string[])["README.txt", "manifest.dsse.json", "checkpoints.json", "receipt.dsse.json", "keys.json", "data-key.hex", "custody.json", "custody-roots.json", "segments/journal-1-000001.seg", "files/original.mkv"])
            Assert.Contains(name, names);
        Assert.Contains((await CustodyAsync(review.Case.RecordingId)).Entries, e => e.Kind == "exported");
    }

    [Fact]
    public async Task The_export_verifies_without_the_server_and_any_changed_byte_fails()
    {
        var review = await RecordedCalls.SealedAsync(Hub, Loop);
        var bytes = await ExportAsync(review);
        var report = Verify(bytes);
        Assert.True(report.Verdict == Verdict.Verified, Describe(report));

        foreach (var name in Names(bytes))
        {
            var changed = Verify(WithByteChanged(bytes, name));
            Assert.True(changed.Verdict == Verdict.Failed, $"{name} changed: {changed.Verdict} {Describe(changed)}");
        }
    }

    [Fact]
    public async Task A_call_cut_off_by_a_crash_is_recovered_and_its_export_says_what_is_lost()
    {
        await using var call = await RecordedCalls.BeginAsync(Hub, Loop);
        await call.Buyer.SpokenAsync(60);
        await call.Agent.Hub.NextAsync("checkpoint");
        var folder = Directory.CreateTempSubdirectory("aftersales-test-").FullName;
        CopyFolder(Hub.Folder, folder);
        await using (var after = await TestHub.StartInAsync(folder))
        {
            using (var admin = after.Admin())
                await admin.PostOkAsync<CallView>($"/api/calls/{call.CallId}/end", null);
            var review = await RecordedCalls.SealedAsync(after, call.CallId);

            Assert.Equal(("partial", "recovered"), (review.Case.State, review.Case.Integrity));
            Assert.NotEmpty(review.Seal!.ReceiptCode);
            var report = Verify(await ExportAsync(review, after));
            Assert.True(report is { Verdict: Verdict.Verified, Recovered: true }, Describe(report));
            Assert.InRange(report.LossMs, 1, 1000);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_paused_recording_keeps_nothing_and_everybody_is_told()
    {
        await using var call = await RecordedCalls.BeginAsync(Hub, Loop);
        using var admin = Hub.Admin();
        await admin.PostRefusedAsync($"/api/calls/{call.CallId}/recording/pause", new PauseRecordingRequest("because"), 400, ProblemCodes.RequestInvalid);
        Assert.Equal(204, (int)(await admin.PostAsJsonAsync($"/api/calls/{call.CallId}/recording/pause", new PauseRecordingRequest("third_person"))).StatusCode);
        await StateAsync(call.Buyer, "paused");
        await call.Buyer.SpokenAsync(50);
        Assert.Equal(204, (int)(await admin.PostAsync($"/api/calls/{call.CallId}/recording/resume", null)).StatusCode);
        await StateAsync(call.Buyer, "recording");
        await call.Buyer.SpokenAsync(25);
        await call.HangUpAsync();

        var review = await RecordedCalls.SealedAsync(Hub, call.CallId);

        Assert.Contains(review.Lanes, l => l.Lane == "pause" && l.ToSeconds - l.FromSeconds > 0.8);
        await admin.PostRefusedAsync($"/api/calls/{call.CallId}/recording/pause", new PauseRecordingRequest("other"), 409, ProblemCodes.RecordingNotRunning);
    }

    [Fact]
    public async Task The_seal_runs_twenty_times_at_once_and_there_is_one_manifest()
    {
        var review = await RecordedCalls.SealedAsync(Hub, Loop);
        var before = await ManifestAsync(review);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Hub.WithDataAsync(TenantScope.Default, async services =>
        {
            var kind = i % 2 == 0 ? "seal" : "mux";
            var handler = services.GetServices<Features.Jobs.Public.IJobHandler>().Single(h => h.Kind == kind);
            await handler.RunAsync(review.Case.RecordingId, false, CancellationToken.None);
            return true;
        })));

        Assert.Equal(before, await ManifestAsync(review));
        Assert.Single((await CustodyAsync(review.Case.RecordingId)).Entries, e => e.Kind == "sealed");
    }

    private async Task<byte[]> ExportAsync(ReviewView review, TestHub? hub = null)
    {
        using var admin = (hub ?? Hub).Admin();
        try
        {
            return await admin.GetByteArrayAsync(review.Seal!.ExportUrl);
        }
        catch (HttpRequestException broken)
        {
            var log = (hub ?? Hub).Log.Text;
            throw new InvalidOperationException(log[Math.Max(0, log.Length - 4000)..], broken);
        }
    }

    private static VerificationReport Verify(byte[] zip)
    {
        if (!ZipExport.TryOpen(new MemoryStream(zip), out var files, out var problem))
            return ExportVerifier.Refused(problem);
        using (files)
            return ExportVerifier.Verify(files, VerificationOptions.None);
    }

    private static string Describe(VerificationReport report) => string.Join("; ", report.Checks.Where(c => c.Outcome != CheckOutcome.Passed).Select(c => $"{c.Outcome} {c.Name} {c.Where} {c.Text}"));

    private static List<string> Names(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return [.. archive.Entries.Select(e => e.FullName)];
    }

    private static byte[] WithByteChanged(byte[] zip, string name)
    {
        using var changed = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(zip)))
        using (var to = new ZipArchive(changed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in from.Entries)
            {
                using var content = new MemoryStream();
                using (var source = entry.Open())
                    source.CopyTo(content);
                var bytes = content.ToArray();
                if (entry.FullName == name)
                    bytes[bytes.Length / 2] ^= 1;
                using var target = to.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                target.Write(bytes);
            }
        }

        return changed.ToArray();
    }

    // What a killed process leaves on the disk. By cp, because .NET respects the lock of the journal's writer.
    private static void CopyFolder(string from, string to)
    {
        using var copy = Process.Start("cp", ["-r", from + "/.", to]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
    }

    private async Task<string> ManifestAsync(ReviewView review)
    {
        using var admin = Hub.Admin();
        return await admin.GetStringAsync(review.Seal!.ManifestUrl);
    }

    private static async Task StateAsync(MediaPage page, string state)
    {
        while ((string?)(await page.Hub.NextAsync("recording_state_changed"))["state"] != state)
        {
            // Earlier states.
        }
    }

    private async Task<EvidenceKeySet> KeysAsync()
    {
        using var stranger = Hub.Client();
        Assert.True(EvidenceKeySet.TryParse(await stranger.GetByteArrayAsync("/.well-known/aftersales-evidence-keys.json"), out var keys, out var problem), problem);
        return keys;
    }
}
