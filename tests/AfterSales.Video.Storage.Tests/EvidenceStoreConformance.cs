using System.Security.Cryptography;
using AfterSales.Video.Evidence;

namespace AfterSales.Video.Storage.Tests;

/// <summary>What every store must do. One subclass per store.</summary>
public abstract class EvidenceStoreConformance
{
    private static readonly EvidenceMetadata Metadata = new("video/mp4", new Dictionary<string, string>(StringComparer.Ordinal) { ["kind"] = "playback" });

    protected abstract IEvidenceStore Store { get; }

    protected static EvidenceKey Key(string name = "playback.mp4", string recording = "rec-1", string tenant = "tenant") => EvidenceKey.Create(tenant, recording, name);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3 * 1024 * 1024 + 7)]
    public async Task What_was_put_comes_back_byte_for_byte(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        var stored = await Store.PutAsync(Key(), new MemoryStream(content), Metadata, CancellationToken.None);

        Assert.Equal((length, Convert.ToHexStringLower(SHA256.HashData(content)), "video/mp4"), (stored.Length, stored.Sha256, stored.ContentType));
        Assert.Equal(stored, await Store.StatAsync(Key(), CancellationToken.None));
        await using var read = await Store.OpenReadAsync(Key(), CancellationToken.None);
        using var copy = new MemoryStream();
        await read!.CopyToAsync(copy);
        Assert.Equal(content, copy.ToArray());
        Assert.True(read.CanSeek);
    }

    [Fact]
    public async Task An_object_is_never_overwritten()
    {
        await Store.PutAsync(Key(), new MemoryStream([1, 2, 3]), Metadata, CancellationToken.None);
        var refusal = await Assert.ThrowsAsync<EvidenceStoreException>(() => Store.PutAsync(Key(), new MemoryStream([4]), Metadata, CancellationToken.None));
        Assert.Equal("exists", refusal.Reason);
        Assert.Equal(3, (await Store.StatAsync(Key(), CancellationToken.None))!.Length);
    }

    [Fact]
    public async Task Of_many_writers_of_one_name_exactly_one_wins()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            try
            {
                return (await Store.PutAsync(Key(), new MemoryStream([(byte)i]), Metadata, CancellationToken.None)).Sha256;
            }
            catch (EvidenceStoreException e) when (e.Reason == "exists")
            {
                return "";
            }
        }));
        var winner = Assert.Single(outcomes, o => o.Length > 0);
        Assert.Equal(winner, (await Store.StatAsync(Key(), CancellationToken.None))!.Sha256);
    }

    [Fact]
    public async Task What_is_not_there_is_null()
    {
        Assert.Null(await Store.StatAsync(Key("none"), CancellationToken.None));
        Assert.Null(await Store.OpenReadAsync(Key("none"), CancellationToken.None));
        Assert.False(await Store.DeleteAsync(Key("none"), CancellationToken.None));
        Assert.Empty(await ListAsync("tenant", "none"));
    }

    [Fact]
    public async Task Listing_shows_one_recording_of_one_tenant()
    {
        await Store.PutAsync(Key("b.json"), new MemoryStream([1]), Metadata, CancellationToken.None);
        await Store.PutAsync(Key("a.mp4"), new MemoryStream([2]), Metadata, CancellationToken.None);
        await Store.PutAsync(Key("a.mp4", "rec-2"), new MemoryStream([3]), Metadata, CancellationToken.None);
        await Store.PutAsync(Key("a.mp4", "rec-1", "other"), new MemoryStream([4]), Metadata, CancellationToken.None);
        Assert.Equal(["a.mp4", "b.json"], (await ListAsync("tenant", "rec-1")).Select(o => o.Key.Name), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_deleted_object_is_gone_and_its_name_is_free()
    {
        await Store.PutAsync(Key(), new MemoryStream([1]), Metadata, CancellationToken.None);
        Assert.True(await Store.DeleteAsync(Key(), CancellationToken.None));
        Assert.Null(await Store.StatAsync(Key(), CancellationToken.None));
        await Store.PutAsync(Key(), new MemoryStream([2]), Metadata, CancellationToken.None);
    }

    [Fact]
    public async Task A_source_that_fails_leaves_nothing()
    {
        var failure = await Assert.ThrowsAsync<EvidenceStoreException>(() => Store.PutAsync(Key(), new FailingStream(), Metadata, CancellationToken.None));
        Assert.Equal("unavailable", failure.Reason);
        Assert.Empty(await ListAsync("tenant", "rec-1"));
    }

    [Theory]
    [InlineData("kind", "préparation")]
    [InlineData("kind", "a\nb")]
    [InlineData("buyer's", "x")]
    [InlineData("", "x")]
    public async Task A_tag_that_not_every_store_takes_is_refused_everywhere(string key, string value)
    {
        var metadata = new EvidenceMetadata("video/mp4", new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value });
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutAsync(Key(), new MemoryStream([1]), metadata, CancellationToken.None));
        Assert.Null(await Store.StatAsync(Key(), CancellationToken.None));
    }

    protected async Task<List<StoredObject>> ListAsync(string tenant, string recording)
    {
        var found = new List<StoredObject>();
        await foreach (var stored in Store.ListAsync(tenant, recording, CancellationToken.None))
            found.Add(stored);
        return found;
    }

    private sealed class FailingStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("the source broke off");
    }
}
