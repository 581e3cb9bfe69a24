using System.Security.Cryptography;
using System.Text;
using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Native;
using AfterSales.Video.Storage.FileSystem;
using AfterSales.Video.Storage.Sealing;

namespace AfterSales.Video.Storage.Tests;

public sealed class EncryptedEvidenceStoreTests : EvidenceStoreConformance, IDisposable
{
    private const int Chunk = 64 * 1024;
    private const int StoredChunk = Chunk + 16;
    private const int Header = 36;
    private readonly string _root = Directory.CreateTempSubdirectory("sealed-tests-").FullName;
    private readonly FileSystemEvidenceStore _files;
    private readonly RecordingKeys _keys = new();
    private readonly EncryptedEvidenceStore _store;

    public EncryptedEvidenceStoreTests()
    {
        _files = new(new() { Root = _root, SyncFile = FileSync.DataSync, SyncDirectory = FileSync.SyncDirectory }, TimeProvider.System);
        _store = new(_files, _keys);
    }

    protected override IEvidenceStore Store => _store;

    public void Dispose()
    {
        _files.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData(3 * Chunk)]
    public async Task Any_range_of_any_length_reads_as_it_was_written(int length)
    {
        var content = await PutAsync(Key(), length);
        await using var stream = (await _store.OpenReadAsync(Key(), CancellationToken.None))!;
        Assert.Equal(length, stream.Length);
        int[] edges = [0, 1, Chunk - 1, Chunk, Chunk + 1, length / 2, length - 1, length, length + 5];
        foreach (var from in edges.Where(e => e >= 0))
        {
            foreach (var count in (int[])[1, 100, Chunk, 2 * Chunk + 3])
            {
                var expected = content.Skip(from).Take(count).ToArray();
                var actual = new byte[count];
                stream.Seek(from, SeekOrigin.Begin);
                Assert.Equal(expected.Length, await stream.ReadAtLeastAsync(actual, count, throwOnEndOfStream: false));
                Assert.Equal(expected, actual[..expected.Length]);
            }
        }

        Assert.Equal(stream.Length, stream.Seek(0, SeekOrigin.End));
    }

    [Fact]
    public async Task On_disk_nothing_of_the_content_can_be_read()
    {
        var content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("the buyer's kitchen ", 1000)));
        await _store.PutAsync(Key(), new MemoryStream(content), Text, CancellationToken.None);
        await _store.PutAsync(Key("b.mp4"), new MemoryStream(content), Text, CancellationToken.None);
        var first = await File.ReadAllBytesAsync(PathOf(Key()));
        Assert.Equal(-1, first.AsSpan().IndexOf("kitchen"u8));
        Assert.Equal(content.Length + Header + 16 + 56, first.Length);
        Assert.NotEqual(first[Header..], (await File.ReadAllBytesAsync(PathOf(Key("b.mp4"))))[Header..]);
        Assert.DoesNotContain(Convert.ToHexStringLower(SHA256.HashData(content)), await File.ReadAllTextAsync(Path.Combine(_root, "tenant/rec-1/.playback.mp4.json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("journal-1-000001.seg")]
    [InlineData("manifest.json")]
    [InlineData("manifest-2.json")]
    [InlineData("receipt.dsse.json")]
    [InlineData("end.tsr")]
    public async Task What_outsiders_check_without_a_key_is_kept_as_it_is(string name)
    {
        _keys.Destroy("rec-1");
        var content = RandomNumberGenerator.GetBytes(100);
        var stored = await _store.PutAsync(Key(name), new MemoryStream(content), Text, CancellationToken.None);
        Assert.Equal(content, await File.ReadAllBytesAsync(PathOf(Key(name))));
        Assert.Equal(stored, await _store.StatAsync(Key(name), CancellationToken.None));
        await using var stream = await _store.OpenReadAsync(Key(name), CancellationToken.None);
        Assert.Equal(100, stream!.Length);
    }

    [Fact]
    public async Task A_change_of_any_byte_is_detected()
    {
        await PutAsync(Key(), 200);
        var good = await File.ReadAllBytesAsync(PathOf(Key()));
        for (var i = 0; i < good.Length; i++)
        {
            var bad = good.ToArray();
            bad[i] ^= 1;
            await AssertDamagedAsync(bad, $"byte {i}");
        }
    }

    [Fact]
    public async Task A_cut_at_any_byte_is_detected()
    {
        await PutAsync(Key(), 200);
        var good = await File.ReadAllBytesAsync(PathOf(Key()));
        for (var length = 0; length < good.Length; length++)
            await AssertDamagedAsync(good[..length], $"cut to {length}");
        await AssertDamagedAsync([.. good, 0], "one byte more");
    }

    [Fact]
    public async Task Chunks_dropped_swapped_or_repeated_are_detected()
    {
        await PutAsync(Key(), (3 * Chunk) + 10);
        var good = await File.ReadAllBytesAsync(PathOf(Key()));
        byte[] ChunkAt(int i) => good[(Header + (i * StoredChunk))..(Header + ((i + 1) * StoredChunk))];
        byte[] header = good[..Header], tail = good[(Header + (3 * StoredChunk))..];
        await AssertDamagedAsync([.. header, .. ChunkAt(0), .. ChunkAt(1), .. tail], "dropped");
        await AssertDamagedAsync([.. header, .. ChunkAt(1), .. ChunkAt(0), .. ChunkAt(2), .. tail], "swapped");
        await AssertDamagedAsync([.. header, .. ChunkAt(0), .. ChunkAt(0), .. ChunkAt(2), .. tail], "repeated");
        await AssertDamagedAsync([.. header, .. ChunkAt(0), .. ChunkAt(1), .. ChunkAt(2), .. good[^56..]], "without its last chunk");
    }

    [Fact]
    public async Task An_object_put_under_another_name_or_recording_is_detected()
    {
        _keys.Share("rec-1", "rec-2");
        await PutAsync(Key("a.mp4"), 200);
        await PutAsync(Key(recording: "rec-2"), 200);
        await PutAsync(Key(), 200);
        await AssertDamagedAsync(await File.ReadAllBytesAsync(PathOf(Key("a.mp4"))), "another name");
        await AssertDamagedAsync(await File.ReadAllBytesAsync(PathOf(Key(recording: "rec-2"))), "another recording");
        await AssertDamagedAsync(RandomNumberGenerator.GetBytes(400), "never sealed");
    }

    [Fact]
    public async Task After_the_key_is_destroyed_only_deleting_works()
    {
        await PutAsync(Key(), Chunk + 5);
        await _store.PutAsync(Key("end.tsr"), new MemoryStream([1]), Text, CancellationToken.None);
        _keys.Destroy("rec-1");
        Assert.Equal("erased", (await Assert.ThrowsAsync<EvidenceStoreException>(() => _store.OpenReadAsync(Key(), CancellationToken.None))).Reason);
        Assert.Equal("erased", (await Assert.ThrowsAsync<EvidenceStoreException>(() => PutAsync(Key("b.mp4"), 1))).Reason);
        var stat = (await _store.StatAsync(Key(), CancellationToken.None))!;
        Assert.Equal((Chunk + 5, ""), (stat.Length, stat.Sha256));
        Assert.Equal(2, (await ListAsync("tenant", "rec-1")).Count);
        Assert.True(await _store.DeleteAsync(Key(), CancellationToken.None));
        Assert.Single(await ListAsync("tenant", "rec-1"));
    }

    [Fact]
    public async Task What_was_stored_before_there_were_keys_is_read_as_it_is_and_says_so()
    {
        var old = EvidenceKey.Create("tenant", "old-1", "photo-1.jpg");
        var content = RandomNumberGenerator.GetBytes(5000);
        await _files.PutAsync(old, new MemoryStream(content), Text, CancellationToken.None);
        _keys.NeverHad("old-1");
        var told = new List<EvidenceKey>();
        var store = new EncryptedEvidenceStore(_files, _keys, told.Add);

        await using (var stream = (await store.OpenReadAsync(old, CancellationToken.None))!)
        {
            var read = new byte[content.Length];
            await stream.ReadExactlyAsync(read);
            Assert.Equal(content, read);
        }

        var stat = (await store.StatAsync(old, CancellationToken.None))!;
        Assert.Equal((true, content.Length, Convert.ToHexStringLower(SHA256.HashData(content))), (stat.InClear, stat.Length, stat.Sha256));
        Assert.Equal([old], told);
        Assert.All(await ListAsync("tenant", "old-1"), o => Assert.True(o.InClear));
        // The same bytes where there is, or was, a key are a forgery or damage.
        _keys.Destroy("old-1");
        Assert.Equal("erased", (await Assert.ThrowsAsync<EvidenceStoreException>(() => store.OpenReadAsync(old, CancellationToken.None))).Reason);
        await _files.PutAsync(Key("new.jpg"), new MemoryStream(content), Text, CancellationToken.None);
        Assert.Equal("damaged", (await Assert.ThrowsAsync<EvidenceStoreException>(() => store.OpenReadAsync(Key("new.jpg"), CancellationToken.None))).Reason);
    }

    private static EvidenceMetadata Text { get; } = new("text/plain", new Dictionary<string, string>(StringComparer.Ordinal));

    private async Task<byte[]> PutAsync(EvidenceKey key, int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        var stored = await _store.PutAsync(key, new MemoryStream(content), Text, CancellationToken.None);
        Assert.Equal(length, stored.Length);
        return content;
    }

    private string PathOf(EvidenceKey key) => Path.Combine(_root, key.TenantId, key.RecordingId, key.Name);

    /// <summary>Neither the description nor the content may be given out; the listing shows the object without a digest.</summary>
    private async Task AssertDamagedAsync(byte[] changed, string how)
    {
        await File.WriteAllBytesAsync(PathOf(Key()), changed);
        Assert.Equal((how, "damaged"), (how, await ReasonAsync(async () =>
        {
            await using var stream = await _store.OpenReadAsync(Key(), CancellationToken.None);
            await stream!.CopyToAsync(Stream.Null);
            await _store.StatAsync(Key(), CancellationToken.None);
        })));
        Assert.Contains(await ListAsync("tenant", "rec-1"), o => o.Key == Key());
    }

    private static async Task<string> ReasonAsync(Func<Task> action)
    {
        try
        {
            await action();
            return "nothing noticed";
        }
        catch (EvidenceStoreException e)
        {
            return e.Reason;
        }
    }

    private sealed class RecordingKeys : IRecordingKeys
    {
        private readonly Dictionary<string, byte[]?> _keys = new(StringComparer.Ordinal);
        private readonly HashSet<string> _never = new(StringComparer.Ordinal);

        public ReadOnlyMemory<byte>? Find(string tenantId, string recordingId)
        {
            if (!_keys.TryGetValue(recordingId, out var key))
                _keys[recordingId] = key = DataKey.Create();
            return key is null ? null : new ReadOnlyMemory<byte>(key);
        }

        public bool EverHadKey(string tenantId, string recordingId) => !_never.Contains(recordingId);

        public void NeverHad(string recordingId)
        {
            _never.Add(recordingId);
            _keys[recordingId] = null;
        }

        public void Destroy(string recordingId)
        {
            _never.Remove(recordingId);
            _keys[recordingId] = null;
        }

        public void Share(string recordingId, string other) => _keys[other] = Find("tenant", recordingId)!.Value.ToArray();
    }
}
