using System.Net.Http.Json;
using System.Text;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Rtc;
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
public sealed class KeepingTests : IAsyncLifetime
{
    private TestHub _hub = null!;
    private MediaLoop _loop = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.StartAsync();
        _loop = RecordedCalls.StartLoop();
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.DisposeAsync();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task Each_endpoint_answers_its_roles_and_refuses_the_others()
    {
        var review = await RecordedCalls.SealedAsync(_hub, _loop);
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
        using var stranger = _hub.Client();
        foreach (var role in all)
        {
            var (_, token) = await _hub.AgentAsync($"{role}-{Guid.NewGuid():N}@example.com", role);
            using var client = _hub.Client(token);
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
        var review = await RecordedCalls.SealedAsync(_hub, _loop);
        var (agent, token) = await _hub.AgentAsync("own@example.com", "agent");
        using var client = _hub.Client(token);
        Assert.Empty((await client.GetFromJsonAsync<ReviewListView>("/api/review/recordings"))!.Cases);
        await _hub.WithDataAsync(TenantScope.Default, services => services.GetRequiredService<HubDbContext>().Database
            .ExecuteSqlAsync($"UPDATE calls SET agent_id = {agent.UserId} WHERE id = {review.Case.CallId}"));

        Assert.Single((await client.GetFromJsonAsync<ReviewListView>($"/api/review/recordings?ticketNumber=T-{review.Case.TicketNumber}&state=ready"))!.Cases);
        Assert.Equal(200, (int)(await client.GetAsync($"/api/recordings/{review.Case.RecordingId}/review")).StatusCode);
        await (await client.GetAsync("/api/review/recordings?state=lost")).ShouldBeAsync(400, ProblemCodes.RequestInvalid);
    }

    [Fact]
    public async Task What_happens_to_a_recording_is_written_down_from_the_link_to_the_export()
    {
        var review = await RecordedCalls.SealedAsync(_hub, _loop);
        using var admin = _hub.Admin();
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

    [Theory]
    [InlineData("UPDATE custody_log SET actor_id = 'nobody' WHERE kind = 'link_used'", "changed")]
    [InlineData("DELETE FROM custody_log WHERE kind = 'link_used'", "missing")]
    public async Task A_superusers_change_of_the_log_is_detected(string sql, string says)
    {
        var call = await _hub.CallAsync();
        await _hub.AgreeAsync(await _hub.RedeemAsync(call));
        using var admin = _hub.Admin();
        await admin.PostOkAsync<CallView>($"/api/calls/{call.Call.CallId}/end", null);
        var recording = await RecordedCalls.PlayableAsync(_hub, call.Call.CallId);
        var refused = Assert.Throws<SqliteException>(() => Execute(sql));
        Assert.Contains("append-only", refused.Message, StringComparison.Ordinal);

        Execute("DROP TRIGGER custody_log_no_update; DROP TRIGGER custody_log_no_delete; " + sql);

        var custody = (await admin.GetFromJsonAsync<CustodyView>($"/api/recordings/{recording.RecordingId}/custody"))!;
        Assert.False(custody.ChainWhole);
        Assert.Contains(says, custody.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_rewritten_as_a_whole_no_longer_fits_the_signed_root_of_the_day()
    {
        await _hub.CallAsync();
        await _hub.CallAsync();
        _hub.Time.Advance(TimeSpan.FromDays(1));
        await _hub.App.Services.GetRequiredService<CustodyRootKeeper>().SignAsync(CancellationToken.None);
        // Back again: the administrator's token lasts an hour.
        _hub.Time.Advance(TimeSpan.FromDays(-1));
        var call = await _hub.CallAsync();
        await _hub.AgreeAsync(await _hub.RedeemAsync(call));
        using var admin = _hub.Admin();
        await admin.PostOkAsync<CallView>($"/api/calls/{call.Call.CallId}/end", null);
        var recording = await RecordedCalls.PlayableAsync(_hub, call.Call.CallId);
        Assert.Equal("", (await admin.GetFromJsonAsync<CustodyView>($"/api/recordings/{recording.RecordingId}/custody"))!.Problem);

        await RewriteLogAsync();

        var custody = (await admin.GetFromJsonAsync<CustodyView>($"/api/recordings/{recording.RecordingId}/custody"))!;
        Assert.Contains("signed", custody.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hold_refuses_erasure_with_its_reason_and_after_it_only_a_tombstone_is_left()
    {
        var review = await RecordedCalls.SealedAsync(_hub, _loop);
        var (id, root) = (review.Case.RecordingId, $"/api/recordings/{review.Case.RecordingId}");
        using var admin = _hub.Admin();
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
            ct => _hub.WithDataAsync(TenantScope.Default, services => services.GetRequiredService<Tombstones>().FindAsync(id, ct)), found => found is not null);
        Assert.True(DsseEnvelope.TryParse(Encoding.UTF8.GetBytes(tombstone!.Envelope), out var envelope, out _));
        Assert.True(SignedDocuments.Tombstone.TryRead(envelope, out var signed, out var problem), problem);
        Assert.Equal((id, review.Seal.ReceiptCode), (signed.RecordingId, signed.ReceiptCode));
        await (await admin.GetAsync(review.Files[0].Url)).ShouldBeAsync(410, ProblemCodes.RecordingErased);
        await (await admin.GetAsync(review.Seal.ExportUrl)).ShouldBeAsync(410, ProblemCodes.RecordingErased);
        await admin.PostRefusedAsync(root + "/erasure", erasure, 410, ProblemCodes.RecordingErased);
        Assert.Equal(("erased", "erased"), (await ReviewAsync(root)) is var after ? (after.Case.State, after.Keeping.Reason) : default);
        Assert.Null(_hub.App.Services.GetRequiredService<IRecordingKeys>().Find(TenantScope.Default, id));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_hub.Folder, "journals"), "*", SearchOption.AllDirectories));
        // Neither in a free page of the database nor in its log.
        foreach (var file in Directory.EnumerateFiles(_hub.Folder, "hub.db*"))
            Assert.DoesNotContain(wrapped, Encoding.Latin1.GetString(await ReadSharedAsync(file)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_its_time_is_over_for_is_erased_and_what_is_held_or_disputed_stays()
    {
        var kept = await RecordedCalls.SealedAsync(_hub, _loop, 20);
        var disputed = await RecordedCalls.SealedAsync(_hub, _loop, 20);
        var due = await RecordedCalls.SealedAsync(_hub, _loop, 20);
        using var admin = _hub.Admin();
        await admin.PostOkAsync<HoldView>($"/api/recordings/{kept.Case.RecordingId}/holds", new HoldRequest("court case 7"));
        Assert.Equal(204, (int)(await admin.PostAsync($"/api/tickets/{disputed.Case.TicketId}/dispute", null)).StatusCode);
        foreach (var review in (ReviewView[])[kept, disputed, due])
            await admin.PostOkAsync<TicketView>($"/api/tickets/{review.Case.TicketId}/close", new CloseTicketRequest("resolved"));
        var sweeper = _hub.App.Services.GetRequiredService<RetentionSweeper>();
        _hub.Time.Advance(TimeSpan.FromDays(179));
        Assert.Equal(0, await sweeper.SweepAsync(CancellationToken.None));

        _hub.Time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(1, await sweeper.SweepAsync(CancellationToken.None));
        var states = await _hub.WithDataAsync(TenantScope.Default, services => services.GetRequiredService<HubDbContext>().Database
            .SqlQuery<string>($"SELECT id || ' ' || state AS Value FROM recordings").ToListAsync());
        Assert.Equal([kept.Case.RecordingId + " ready", disputed.Case.RecordingId + " ready", due.Case.RecordingId + " erased"], states.Order());
    }

    [Fact]
    public async Task A_rotated_signing_key_stays_published_and_what_it_signed_stays_valid()
    {
        var before = await RecordedCalls.SealedAsync(_hub, _loop, 20);
        using var admin = _hub.Admin();
        var rotated = await admin.PostOkAsync<EvidenceKeyView>("/api/admin/evidence-keys/rotate", null);
        var after = await RecordedCalls.SealedAsync(_hub, _loop, 20);

        var keys = (await admin.GetFromJsonAsync<EvidenceKeysView>("/.well-known/aftersales-evidence-keys.json"))!.Keys;

        Assert.Equal((before.Seal!.SigningKeyId, after.Seal!.SigningKeyId), (keys[0].KeyId, rotated.KeyId));
        Assert.NotNull(keys[0].RetiredAt);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_hub.Folder, "keys", "signing")))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    // What somebody does who owns the database and knows the format: every entry anew, with the right hashes.
    private Task<bool> RewriteLogAsync() => _hub.WithDataAsync(TenantScope.Default, async services =>
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
        using var admin = _hub.Admin();
        return (await admin.GetFromJsonAsync<ReviewView>(root + "/review"))!;
    }

    private Task<string> WrappedKeyAsync(string recordingId) => _hub.WithDataAsync(TenantScope.Default, services =>
        services.GetRequiredService<HubDbContext>().Set<RecordingKeyRow>().Where(k => k.RecordingId == recordingId).Select(k => k.WrappedKey!).FirstAsync());

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_hub.Folder, "hub.db")}");
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
