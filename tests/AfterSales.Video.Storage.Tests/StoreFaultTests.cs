using System.Security.Cryptography;
using AfterSales.Video.Evidence;
using AfterSales.Video.Storage.Remote;
using AfterSales.Video.Storage.Tests.Servers;

namespace AfterSales.Video.Storage.Tests;

public sealed class AzureFaultTests(AzuriteServer server) : StoreFaultTests<AzuriteServer>(server);

public sealed class S3FaultTests(S3Server server) : StoreFaultTests<S3Server>(server);

/// <summary>A network and a store that fail: what can be repeated is repeated, what cannot is refused clearly, nothing is stored twice or half.</summary>
public abstract class StoreFaultTests<TServer>(TServer server) : IClassFixture<TServer>, IAsyncLifetime
    where TServer : class, IStoreServer
{
    private static readonly EvidenceKey Key = EvidenceKey.Create("tenant", "rec-1", "playback.mp4");
    private static readonly EvidenceMetadata Metadata = new("video/mp4", new Dictionary<string, string>(StringComparer.Ordinal) { ["kind"] = "playback" });
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(300_000);
    private FaultProxy _proxy = null!;
    private RemoteEvidenceStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _proxy = new FaultProxy(server.Address);
        _store = await server.OpenAsync(_proxy.Address, new StoreTrial());
        await _store.ProbeAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        _store?.Dispose();
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(Fault.Busy)]
    [InlineData(Fault.TooMany)]
    [InlineData(Fault.Closed)]
    [InlineData(Fault.ReplyLost)]
    [InlineData(Fault.ReplyCut)]
    public async Task A_fault_at_every_kind_of_request_is_got_over(Fault fault)
    {
        foreach (var method in (string[])["HEAD", "PUT", "PUT", "GET", "GET"])
            _proxy.Plan(fault, 1, r => r.StartsWith(method, StringComparison.Ordinal));
        var stored = await PutAsync();
        Assert.Equal(stored, await _store.StatAsync(Key, CancellationToken.None));
        Assert.Equal(_content, await ReadAsync());
        Assert.Equal([Key], await ListAsync());
        Assert.True(_proxy.Met >= 4, $"only {_proxy.Met} faults were met");
        Assert.Equal("exists", (await Assert.ThrowsAsync<EvidenceStoreException>(PutAsync)).Reason);
    }

    [Fact]
    public async Task Content_of_several_parts_survives_lost_replies_to_each_of_its_requests()
    {
        var content = RandomNumberGenerator.GetBytes((8 << 20) + 100);
        _proxy.Plan(Fault.ReplyLost, 3, r => r.StartsWith("PUT", StringComparison.Ordinal));
        _proxy.Plan(Fault.ReplyLost, 2, r => r.StartsWith("POST", StringComparison.Ordinal));
        var stored = await _store.PutAsync(Key, new MemoryStream(content), Metadata, CancellationToken.None);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), stored.Sha256);
        Assert.Equal(stored, await _store.StatAsync(Key, CancellationToken.None));
        Assert.True(_proxy.Met >= 3);
    }

    [Fact]
    public async Task A_store_that_stays_busy_is_refused_after_the_attempts_and_the_content_can_be_sent_again()
    {
        _proxy.Plan(Fault.Busy, 1000, r => r.StartsWith("PUT", StringComparison.Ordinal));
        var refusal = await Assert.ThrowsAsync<EvidenceStoreException>(PutAsync);
        Assert.Equal(("unavailable", 5), (refusal.Reason, _proxy.Met));
        Assert.Contains("503", refusal.Message, StringComparison.Ordinal);
        _proxy.Forget();
        Assert.Empty(await ListAsync());
        await PutAsync();
        Assert.Equal(_content, await ReadAsync());
    }

    [Fact]
    public async Task A_read_that_breaks_off_too_often_is_refused()
    {
        await PutAsync();
        await using var stream = (await _store.OpenReadAsync(Key, CancellationToken.None))!;
        _proxy.Plan(Fault.ReplyCut, 1000, r => r.StartsWith("GET", StringComparison.Ordinal));
        var refusal = await Assert.ThrowsAsync<EvidenceStoreException>(() => stream.ReadExactlyAsync(new byte[100]).AsTask());
        Assert.Equal("unavailable", refusal.Reason);
        Assert.InRange(_proxy.Met, 5, 6);
    }

    [Fact]
    public async Task Silence_is_given_up_after_the_time_limit_and_tried_again()
    {
        using var impatient = await server.OpenAsync(_proxy.Address, new StoreTrial { RequestTimeoutSeconds = 2 });
        await impatient.ProbeAsync(CancellationToken.None);
        _proxy.Plan(Fault.Silent, 1, r => r.StartsWith("HEAD", StringComparison.Ordinal));
        Assert.Null(await impatient.StatAsync(Key, CancellationToken.None));
        Assert.Equal(1, _proxy.Met);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_not_kept_waiting()
    {
        _proxy.Plan(Fault.Silent, 1000, _ => true);
        using var given = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.StatAsync(Key, given.Token));
    }

    [Fact]
    public async Task Content_changed_on_the_way_is_never_taken_for_the_original()
    {
        var checks = (await _store.ProbeAsync(CancellationToken.None)).ChecksumOnWrite != "none";
        _proxy.Plan(Fault.Corrupted, 1, r => r.StartsWith("PUT", StringComparison.Ordinal));
        if (!checks)
        {
            // Only reading back can tell; the damaged object is removed again.
            Assert.Equal("digest_mismatch", (await Assert.ThrowsAsync<EvidenceStoreException>(PutAsync)).Reason);
            Assert.Empty(await ListAsync());
        }

        await PutAsync();
        Assert.Equal(_content, await ReadAsync());
        Assert.Equal(1, _proxy.Met);
    }

    private Task<StoredObject> PutAsync() => _store.PutAsync(Key, new MemoryStream(_content), Metadata, CancellationToken.None);

    private async Task<byte[]> ReadAsync()
    {
        await using var stream = (await _store.OpenReadAsync(Key, CancellationToken.None))!;
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    private async Task<List<EvidenceKey>> ListAsync()
    {
        var found = new List<EvidenceKey>();
        await foreach (var stored in _store.ListAsync("tenant", "rec-1", CancellationToken.None))
            found.Add(stored.Key);
        return found;
    }
}
