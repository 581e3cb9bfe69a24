using System.Net.Http.Json;
using System.Text;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Custody;
using AfterSales.Video.Server.Features.EvidenceKeys.Public;
using AfterSales.Video.Server.Features.Retention;
using AfterSales.Video.Server.Features.Retention.Public;
using AfterSales.Video.Server.IntegrationTests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>Who may do what with a recording, what is written down about it, and how it ends.</summary>
public sealed class KeepingTests : CallTests
{
    [Fact]
    public async Task Each_endpoint_answers_its_roles_and_refuses_the_others()
    {
        var review = await RecordedCalls.SealedAsync(Hub, Loop);
        var root = $"/api/recordings/{review.Case.RecordingId}";
        string[] all = ["agent", "reviewer", "supervisor", "admin"];
        string[] reviewers = ["reviewer", "supervisor", "admin"];
        (string Method, string Path, object? Body, string[] Roles)[] endpoints =
        [
            ("GET", "/api/review/recordings", null, all),
            ("GET", root + "/review", null, reviewers),
            ("GET", root + "/custody", null, reviewers),
            ("GET", root + "/manifest", null, reviewers),
            ("GET", root + "/checkpoints", null, reviewers),
            ("GET", root + "/segments/journal-1-000001.seg", null, reviewers),
            ("POST", root + "/views", new ViewedRequest(review.ViewId, [new ViewedRange(0, 500)]), reviewers),
            ("GET", root + "/export", null, reviewers),
            ("POST", root + "/holds", new HoldRequest("asked by counsel"), reviewers),
            ("POST", root + "/erasure", new ErasureRequest("x", "x"), ["admin"]),
            ("GET", "/api/admin/retention", null, ["admin"]),
            ("PUT", "/api/admin/retention", new RetentionPolicy(30, 100, 400), ["admin"]),
            ("GET", "/api/admin/storage", null, ["admin"]),
            ("POST", "/api/admin/evidence-keys/rotate", null, ["admin"]),
        ];
        using var stranger = Hub.Client();
        foreach (var role in all)
        {
            var (_, token) = await Hub.AgentAsync($"{role}-{Guid.NewGuid():N}@example.com", role);
            using var client = Hub.Client(token);
            foreach (var (method, path, body, roles) in endpoints)
            {
                using var answer = await client.SendAsync(Request(method, path, body));
                var isRefused = (int)answer.StatusCode is 403 or 404;
                Assert.True(roles.Contains(role) != isRefused, $"{role} {method} {path}: {(int)answer.StatusCode}");
            }
        }

        foreach (var (method, path, body, _) in endpoints)
        {
            using var answer = await stranger.SendAsync(Request(method, path, body));
            Assert.True((int)answer.StatusCode == 401, $"stranger {method} {path}: {(int)answer.StatusCode}");
        }
    }

    [Fact]
    public async Task An_agent_sees_recordings_of_tickets_it_held_a_call_for_and_no_others()
    {
        var review = await RecordedCalls.SealedAsync(Hub, Loop);
        var (agent, token) = await Hub.AgentAsync("own@example.com", "agent");
        using var client = Hub.Client(token);
        Assert.Empty((await client.GetFromJsonAsync<ReviewListView>("/api/review/recordings"))!.Cases);
        await Hub.WithDataAsync(TenantScope.Default, services => services.GetRequiredService<HubDbContext>().Database
            .ExecuteSqlAsync($"UPDATE calls SET agent_id = {agent.UserId} WHERE id = {review.Case.CallId}"));

        Assert.Single((await client.GetFromJsonAsync<ReviewListView>($"/api/review/recordings?ticketNumber=T-{review.Case.TicketNumber}&state=ready"))!.Cases);
        Assert.Equal(200, (int)(await client.GetAsync($"/api/recordings/{review.Case.RecordingId}/review")).StatusCode);
        await (await client.GetAsync("/api/review/recordings?state=lost")).ShouldBeAsync(400, ProblemCodes.RequestInvalid);
    }

    [Fact]
    public async Task What_happens_to_a_recording_is_written_down_from_the_link_to_the_export()
    {
        var review = await RecordedCalls.SealedAsync(Hub, Loop);
        using var admin = Hub.Admin();
        var root = $"/api/recordings/{review.Case.RecordingId}";
        using (var viewed = await admin.PostAsJsonAsync(root + "/views", new ViewedRequest(review.ViewId, [new ViewedRange(0, 900)])))
            Assert.Equal(204, (int)viewed.StatusCode);
        await admin.GetByteArrayAsync(review.Seal!.ExportUrl);
        await admin.GetByteArrayAsync(review.Files[0].Url + "?download=1");
        var hold = await admin.PostOkAsync<HoldView>(root + "/holds", new HoldRequest("asked by counsel"));
        Assert.Equal(204, (int)(await admin.DeleteAsync($"{root}/holds/{hold.HoldId}")).StatusCode);

        var custody = (await admin.GetFromJsonAsync<CustodyView>(root + "/custody"))!;

        Assert.Equal((true, ""), (custody.ChainWhole, custody.Problem));
        string[] expected = ["link_issued", "link_used", "consent", "joined", "left", "receipt_issued", "sealed", "opened", "viewed", "exported", "downloaded", "held", "released"];
        Assert.Superset(expected.ToHashSet(), custody.Entries.Select(e => e.Kind).ToHashSet());
        Assert.Contains(custody.Entries, e => e is { Kind: "viewed", ActorRole: "admin", ActorName: "Administrator" } && e.Detail.Contains("900", StringComparison.Ordinal));
        Assert.DoesNotContain(custody.Entries, e => e.Detail.Contains("counsel", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_that_asks_again_goes_on_with_its_viewing_and_nobody_elses()
    {
        var review = await RecordedCalls.SealedAsync(Hub, Loop, 20);
        var path = $"/api/recordings/{review.Case.RecordingId}/review?viewId=";
        using var admin = Hub.Admin();
        var (_, token) = await Hub.AgentAsync("reviewer@example.com", "reviewer");
        using var reviewer = Hub.Client(token);
        var opened = await OpenedAsync(review.Case.RecordingId);

        Assert.Equal(review.ViewId, (await admin.GetFromJsonAsync<ReviewView>(path + review.ViewId))!.ViewId);
        Assert.Equal(opened, await OpenedAsync(review.Case.RecordingId));
        Assert.NotEqual(review.ViewId, (await reviewer.GetFromJsonAsync<ReviewView>(path + review.ViewId))!.ViewId);
        Assert.NotEqual(new string('a', 32), (await admin.GetFromJsonAsync<ReviewView>(path + new string('a', 32)))!.ViewId);
        Assert.NotEqual("x", (await admin.GetFromJsonAsync<ReviewView>(path + "x"))!.ViewId);
        Assert.Equal(opened + 3, await OpenedAsync(review.Case.RecordingId));
    }

    [Theory]
    [InlineData("UPDATE custody_log SET actor_id = 'nobody' WHERE kind = 'link_used'", "changed")]
    [InlineData("DELETE FROM custody_log WHERE kind = 'link_used'", "missing")]
    [InlineData("UPDATE custody_log SET at_ms = at_ms + 1 WHERE kind = 'consent'", "changed")]
    [InlineData("INSERT INTO custody_log SELECT tenant_id, entry_index + 1000, at_ms, 'viewed', actor_role, actor_id, subject, detail, previous, previous_of_subject, hash FROM custody_log WHERE kind = 'consent'", "missing")]
    public async Task A_superusers_change_of_the_log_while_the_server_was_stopped_is_detected_and_shown(string sql, string says)
    {
        var folder = Directory.CreateTempSubdirectory("aftersales-test-").FullName;
        var recordingId = "";
        await using (var hub = await TestHub.StartInAsync(folder))
        {
            var call = await hub.CallAsync();
            await hub.AgreeAsync(await hub.RedeemAsync(call));
            using var admin = hub.Admin();
            await admin.PostOkAsync<CallView>($"/api/calls/{call.Call.CallId}/end", null);
            recordingId = (await RecordedCalls.PlayableAsync(hub, call.Call.CallId)).RecordingId;
            Assert.Equal((true, ""), (await CustodyAsync(hub, recordingId)) is var whole ? (whole.ChainWhole, whole.Problem) : default);
        }

        if (!sql.StartsWith("INSERT", StringComparison.Ordinal))
            Assert.Contains("append-only", Assert.Throws<SqliteException>(() => Execute(folder, sql)).Message, StringComparison.Ordinal);
        Execute(folder, "DROP TRIGGER custody_log_no_update; DROP TRIGGER custody_log_no_delete; " + sql);

        await using (var hub = await TestHub.StartInAsync(folder))
        {
            var custody = await CustodyAsync(hub, recordingId);
            Assert.False(custody.ChainWhole);
            Assert.Contains(says, custody.Problem, StringComparison.Ordinal);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_log_rewritten_as_a_whole_no_longer_fits_the_signed_root_of_the_day()
    {
        await Hub.CallAsync();
        await Hub.CallAsync();
        Hub.Time.Advance(TimeSpan.FromDays(1));
        await Hub.App.Services.GetRequiredService<CustodyRootKeeper>().SignAsync(CancellationToken.None);
        // Back again: the administrator's token lasts an hour.
        Hub.Time.Advance(TimeSpan.FromDays(-1));
        var call = await Hub.CallAsync();
        await Hub.AgreeAsync(await Hub.RedeemAsync(call));
        using var admin = Hub.Admin();
        await admin.PostOkAsync<CallView>($"/api/calls/{call.Call.CallId}/end", null);
        var recording = await RecordedCalls.PlayableAsync(Hub, call.Call.CallId);
        Assert.Equal("", (await admin.GetFromJsonAsync<CustodyView>($"/api/recordings/{recording.RecordingId}/custody"))!.Problem);

        await RewriteLogAsync();

        var custody = (await admin.GetFromJsonAsync<CustodyView>($"/api/recordings/{recording.RecordingId}/custody"))!;
        Assert.Contains("signed", custody.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hold_refuses_erasure_with_its_reason_and_after_it_only_a_tombstone_is_left()
    {
        var review = await RecordedCalls.SealedAsync(Hub, Loop);
        var (id, root) = (review.Case.RecordingId, $"/api/recordings/{review.Case.RecordingId}");
        using var admin = Hub.Admin();
        var wrapped = await WrappedKeyAsync(id);
        var hold = await admin.PostOkAsync<HoldView>(root + "/holds", new HoldRequest("court case 7"));
        var erasure = new ErasureRequest("asked by the buyer", review.Seal!.ReceiptCode);
        await admin.PostRefusedAsync(root + "/erasure", erasure with { Confirmation = "yes" }, 409, ProblemCodes.ConfirmationWrong);
        using (var held = await admin.PostAsJsonAsync(root + "/erasure", erasure))
        {
            Assert.Contains("court case 7", await held.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            await held.ShouldBeAsync(409, ProblemCodes.RecordingOnHold);
        }

        await admin.DeleteAsync($"{root}/holds/{hold.HoldId}");
        Assert.Equal(202, (int)(await admin.PostAsJsonAsync(root + "/erasure", erasure)).StatusCode);

        var tombstone = await RecordedCalls.UntilAsync(
            ct => Hub.WithDataAsync(TenantScope.Default, services => services.GetRequiredService<Tombstones>().FindAsync(id, ct)), found => found is not null);
        Assert.True(DsseEnvelope.TryParse(Encoding.UTF8.GetBytes(tombstone!.Envelope), out var envelope, out _));
        Assert.True(SignedDocuments.Tombstone.TryRead(envelope, out var signed, out var problem), problem);
        Assert.Equal((id, review.Seal.ReceiptCode), (signed.RecordingId, signed.ReceiptCode));
        await (await admin.GetAsync(review.Files[0].Url)).ShouldBeAsync(410, ProblemCodes.RecordingErased);
        await (await admin.GetAsync(review.Seal.ExportUrl)).ShouldBeAsync(410, ProblemCodes.RecordingErased);
        await admin.PostRefusedAsync(root + "/erasure", erasure, 410, ProblemCodes.RecordingErased);
        Assert.Equal(("erased", "erased"), (await ReviewAsync(root)) is var after ? (after.Case.State, after.Keeping.Reason) : default);
        Assert.Null(Hub.App.Services.GetRequiredService<IRecordingKeys>().Find(TenantScope.Default, id));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Hub.Folder, "journals"), "*", SearchOption.AllDirectories));
        // Neither in a free page of the database nor in its log.
        foreach (var file in Directory.EnumerateFiles(Hub.Folder, "hub.db*"))
            Assert.DoesNotContain(wrapped, Encoding.Latin1.GetString(await ReadSharedAsync(file)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_its_time_is_over_for_is_erased_and_what_is_held_or_disputed_stays()
    {
        var kept = await RecordedCalls.SealedAsync(Hub, Loop, 20);
        var disputed = await RecordedCalls.SealedAsync(Hub, Loop, 20);
        var due = await RecordedCalls.SealedAsync(Hub, Loop, 20);
        using var admin = Hub.Admin();
        await admin.PostOkAsync<HoldView>($"/api/recordings/{kept.Case.RecordingId}/holds", new HoldRequest("court case 7"));
        Assert.Equal(204, (int)(await admin.PostAsync($"/api/tickets/{disputed.Case.TicketId}/dispute", null)).StatusCode);
        foreach (var review in (ReviewView[])[kept, disputed, due])
            await admin.PostOkAsync<TicketView>($"/api/tickets/{review.Case.TicketId}/close", new CloseTicketRequest("resolved"));
        var sweeper = Hub.App.Services.GetRequiredService<RetentionSweeper>();
        Hub.Time.Advance(TimeSpan.FromDays(179));
        Assert.Equal(0, await sweeper.SweepAsync(CancellationToken.None));

        Hub.Time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(1, await sweeper.SweepAsync(CancellationToken.None));
        Assert.Equal([kept.Case.RecordingId + " ready", disputed.Case.RecordingId + " ready", due.Case.RecordingId + " erased"], await StatesAsync());

        Hub.Time.Advance(TimeSpan.FromDays(1096 - 181));

        Assert.Equal(1, await sweeper.SweepAsync(CancellationToken.None));
        var after = await StatesAsync();
        Assert.Contains(kept.Case.RecordingId + " ready", after);
        Assert.Contains(disputed.Case.RecordingId + " erased", after);
    }

    [Fact]
    public async Task When_the_records_time_is_over_too_the_ticket_goes_and_the_custody_log_stays_whole()
    {
        var held = await RecordedCalls.SealedAsync(Hub, Loop, 20);
        var gone = await RecordedCalls.SealedAsync(Hub, Loop, 20);
        using (var admin = Hub.Admin())
        {
            await admin.PostOkAsync<HoldView>($"/api/recordings/{held.Case.RecordingId}/holds", new HoldRequest("court case 7"));
            foreach (var review in (ReviewView[])[held, gone])
                await admin.PostOkAsync<TicketView>($"/api/tickets/{review.Case.TicketId}/close", new CloseTicketRequest("resolved"));
        }

        var sweeper = Hub.App.Services.GetRequiredService<RetentionSweeper>();
        Hub.Time.Advance(TimeSpan.FromDays(181));
        Assert.Equal(1, await sweeper.SweepAsync(CancellationToken.None));
        await RecordedCalls.UntilAsync(
            ct => Hub.WithDataAsync(TenantScope.Default, services => services.GetRequiredService<Tombstones>().FindAsync(gone.Case.RecordingId, ct)), found => found is not null);
        Hub.Time.Advance(TimeSpan.FromDays(1095 - 181 - 1));
        await sweeper.SweepAsync(CancellationToken.None);
        await Hub.SignInAgainAsync();
        using var later = Hub.Admin();
        Assert.Equal(200, (int)(await later.GetAsync($"/api/tickets/{gone.Case.TicketId}")).StatusCode);
        Assert.Equal(200, (int)(await later.GetAsync($"/api/receipts/{gone.Seal!.ReceiptCode}")).StatusCode);

        Hub.Time.Advance(TimeSpan.FromDays(2));
        await sweeper.SweepAsync(CancellationToken.None);
        await Hub.SignInAgainAsync();

        using var last = Hub.Admin();
        await (await last.GetAsync($"/api/tickets/{gone.Case.TicketId}")).ShouldBeAsync(404, ProblemCodes.TicketNotFound);
        await (await last.GetAsync($"/api/receipts/{gone.Seal.ReceiptCode}")).ShouldBeAsync(404, ProblemCodes.ReceiptNotFound);
        await (await last.GetAsync($"/api/recordings/{gone.Case.RecordingId}/review")).ShouldBeAsync(404, ProblemCodes.RecordingNotFound);
        Assert.DoesNotContain(Directory.EnumerateFiles(Hub.Folder, "manifest*", SearchOption.AllDirectories), f => f.Contains(gone.Case.RecordingId, StringComparison.Ordinal));
        Assert.Equal(200, (int)(await last.GetAsync($"/api/tickets/{held.Case.TicketId}")).StatusCode);
        var custody = await CustodyAsync(held.Case.RecordingId);
        Assert.Equal((true, ""), (custody.ChainWhole, custody.Problem));
    }

    [Fact]
    public async Task A_change_of_roles_and_of_keeping_is_written_down()
    {
        using var admin = Hub.Admin();
        var (agent, _) = await Hub.AgentAsync("new@example.com", "agent");
        (await admin.PutAsJsonAsync("/api/admin/retention", new RetentionPolicy(30, 100, 400))).EnsureSuccessStatusCode();

        var kinds = await Hub.WithDataAsync(TenantScope.Default, async services =>
            (await services.GetRequiredService<Features.Custody.Public.CustodyReader>().AllAsync(CancellationToken.None)).Select(e => (e.Kind, e.Subject, e.Detail)).ToList());

        Assert.Contains(kinds, e => e.Kind == "role_changed" && e.Subject == agent.UserId);
        Assert.Contains(kinds, e => e.Kind == "retention_changed" && e.Detail.Contains("400", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rotated_signing_key_stays_published_and_what_it_signed_stays_valid()
    {
        var before = await RecordedCalls.SealedAsync(Hub, Loop, 20);
        using var admin = Hub.Admin();
        var rotated = await admin.PostOkAsync<EvidenceKeyView>("/api/admin/evidence-keys/rotate", null);
        var after = await RecordedCalls.SealedAsync(Hub, Loop, 20);

        var keys = (await admin.GetFromJsonAsync<EvidenceKeysView>("/.well-known/aftersales-evidence-keys.json"))!.Keys;

        Assert.Equal((before.Seal!.SigningKeyId, after.Seal!.SigningKeyId), (keys[0].KeyId, rotated.KeyId));
        Assert.NotNull(keys[0].RetiredAt);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Hub.Folder, "keys", "signing")))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    // What somebody does who owns the database and knows the format: every entry anew, with the right hashes.
    private Task<bool> RewriteLogAsync() => Hub.WithDataAsync(TenantScope.Default, async services =>
    {
        var db = services.GetRequiredService<HubDbContext>();
        Execute("DROP TRIGGER custody_log_no_update; DROP TRIGGER custody_log_no_delete");
        var rows = await db.Set<Features.Custody.Public.CustodyRow>().AsNoTracking().OrderBy(r => r.EntryIndex).ToListAsync();
        var (last, bySubject) = ((string?)null, new Dictionary<string, string>(StringComparer.Ordinal));
        await db.Set<Features.Custody.Public.CustodyRow>().ExecuteDeleteAsync();
        foreach (var row in rows)
        {
            var entry = Evidence.Custody.CustodyChain.Next(
                row.EntryIndex, last, bySubject.GetValueOrDefault(row.Subject), row.At, row.Kind, row.ActorRole, row.EntryIndex == 1 ? "nobody" : row.ActorId, row.Subject, row.Detail);
            db.Add(Features.Custody.Public.CustodyRow.Of(TenantScope.Default, entry));
            last = bySubject[row.Subject] = entry.Hash();
        }

        await db.SaveChangesAsync();
        return true;
    });

    private async Task<ReviewView> ReviewAsync(string root)
    {
        using var admin = Hub.Admin();
        return (await admin.GetFromJsonAsync<ReviewView>(root + "/review"))!;
    }

    private Task<string> WrappedKeyAsync(string recordingId) => Hub.WithDataAsync(TenantScope.Default, services =>
        services.GetRequiredService<HubDbContext>().Set<RecordingKeyRow>().Where(k => k.RecordingId == recordingId).Select(k => k.WrappedKey!).FirstAsync());

    private Task<List<string>> StatesAsync() => Hub.WithDataAsync(TenantScope.Default, services => services.GetRequiredService<HubDbContext>().Database
        .SqlQuery<string>($"SELECT id || ' ' || state AS Value FROM recordings ORDER BY id").ToListAsync());

    private async Task<int> OpenedAsync(string recordingId) => (await CustodyAsync(recordingId)).Entries.Count(e => e.Kind == "opened");

    private void Execute(string sql) => Execute(Hub.Folder, sql);

    private static void Execute(string folder, string sql)
    {
        // Not pooled: the folder is deleted afterwards.
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "hub.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is this test's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static async Task<byte[]> ReadSharedAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static HttpRequestMessage Request(string method, string path, object? body) =>
        new(new HttpMethod(method), path) { Content = body is null ? null : JsonContent.Create(body) };
}
