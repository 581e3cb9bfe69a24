using System.Security.Cryptography;
using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Storage.Remote;
using AfterSales.Video.Storage.Sealing;
using AfterSales.Video.Storage.Tests.Servers;

namespace AfterSales.Video.Storage.Tests;

public sealed class AzureEvidenceStoreTests(AzuriteServer server) : RemoteEvidenceStoreTests<AzuriteServer>(server)
{
    [Fact]
    public async Task Trying_azurite_finds_what_it_does() =>
        Assert.Equal(
            new StoreCapabilities("azure", "devstoreaccount1 evidence", WormState.None, WriteOnce: true, "md5", Tags: true, Versions: false, LegalHold: false, Retention: false),
            await Remote.ProbeAsync(CancellationToken.None));
}

public sealed class S3EvidenceStoreTests(S3Server server) : RemoteEvidenceStoreTests<S3Server>(server)
{
    [Fact]
    public async Task Trying_s3rver_finds_that_it_ignores_conditions_and_digests()
    {
        var found = await Remote.ProbeAsync(CancellationToken.None);
        Assert.Equal(("s3", WormState.None, false, "none", false, false), (found.Kind, found.Worm, found.WriteOnce, found.ChecksumOnWrite, found.LegalHold, found.Versions));
    }
}

/// <summary>What every store over HTTP must do beyond the common suite, on a real server.</summary>
public abstract class RemoteEvidenceStoreTests<TServer>(TServer server) : EvidenceStoreConformance, IClassFixture<TServer>, IAsyncLifetime
    where TServer : class, IStoreServer
{
    protected RemoteEvidenceStore Remote { get; private set; } = null!;

    protected override IEvidenceStore Store => Remote;

    public async ValueTask InitializeAsync() => Remote = await server.OpenAsync(server.Address, new StoreTrial());

    public ValueTask DisposeAsync()
    {
        Remote?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Content_of_several_parts_is_stored_and_any_range_of_it_read()
    {
        var content = RandomNumberGenerator.GetBytes((2 * 8 << 20) + 12345);
        var stored = await Remote.PutAsync(Key(), new MemoryStream(content), Plain, CancellationToken.None);
        Assert.Equal((content.Length, Convert.ToHexStringLower(SHA256.HashData(content))), (stored.Length, stored.Sha256));
        await using var stream = (await Remote.OpenReadAsync(Key(), CancellationToken.None))!;
        foreach (var from in (int[])[content.Length - 10, 0, (8 << 20) - 3, 5_000_000])
        {
            var read = new byte[Math.Min(300_000, content.Length - from)];
            stream.Position = from;
            await stream.ReadExactlyAsync(read);
            Assert.Equal(content[from..(from + read.Length)], read);
        }
    }

    [Fact]
    public async Task Sealed_content_is_read_by_ranges_and_its_change_in_the_store_detected()
    {
        var keys = new OneKey();
        var store = new EncryptedEvidenceStore(Remote, keys);
        var content = RandomNumberGenerator.GetBytes(500_000);
        var stored = await store.PutAsync(Key(), new MemoryStream(content), Plain, CancellationToken.None);
        Assert.Equal(stored, await store.StatAsync(Key(), CancellationToken.None));
        await using (var stream = (await store.OpenReadAsync(Key(), CancellationToken.None))!)
        {
            var read = new byte[100_000];
            stream.Position = 399_999;
            await stream.ReadExactlyAsync(read);
            Assert.Equal(content[399_999..(399_999 + read.Length)], read);
        }

        await using var raw = (await Remote.OpenReadAsync(Key(), CancellationToken.None))!;
        var changed = new byte[raw.Length];
        await raw.ReadExactlyAsync(changed);
        changed[300_000] ^= 1;
        await Remote.DeleteAsync(Key(), CancellationToken.None);
        await Remote.PutAsync(Key(), new MemoryStream(changed), Plain, CancellationToken.None);
        await using var damaged = (await store.OpenReadAsync(Key(), CancellationToken.None))!;
        Assert.Equal("damaged", (await Assert.ThrowsAsync<EvidenceStoreException>(() => damaged.CopyToAsync(Stream.Null))).Reason);
    }

    [Fact]
    public async Task Probing_leaves_nothing_behind()
    {
        await Remote.ProbeAsync(CancellationToken.None);
        Assert.Empty(await ListAsync("tenant", "rec-1"));
        Assert.False(await Remote.SetLegalHoldAsync(Key(), held: true, CancellationToken.None));
    }

    [Fact]
    public async Task Wrong_credentials_are_named_and_not_shown()
    {
        using var wrong = await server.OpenAsync(server.Address, new StoreTrial { WrongSecret = true });
        var refusal = await Assert.ThrowsAsync<EvidenceStoreException>(() => wrong.ProbeAsync(CancellationToken.None));
        Assert.Equal("unavailable", refusal.Reason);
        Assert.Contains("Storage:", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("AccountKey=", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_that_does_not_exist_is_named()
    {
        using var wrong = await server.OpenAsync(server.Address, new StoreTrial { WrongPlace = true });
        var refusal = await Assert.ThrowsAsync<EvidenceStoreException>(() => wrong.ProbeAsync(CancellationToken.None));
        Assert.Contains("elsewhere", refusal.Message, StringComparison.Ordinal);
    }

    private static EvidenceMetadata Plain { get; } = new("text/plain", new Dictionary<string, string>(StringComparer.Ordinal));

    private sealed class OneKey : IRecordingKeys
    {
        private readonly byte[] _key = DataKey.Create();

        public ReadOnlyMemory<byte>? Find(string tenantId, string recordingId) => _key;
    }
}
