using AfterSales.Video.Evidence;
using AfterSales.Video.Native;
using AfterSales.Video.Storage.FileSystem;

namespace AfterSales.Video.Storage.Tests;

public sealed class FileSystemEvidenceStoreTests : EvidenceStoreConformance, IDisposable
{
    private readonly string _outside = Directory.CreateTempSubdirectory("storage-tests-").FullName;
    private readonly FileSystemEvidenceStore _store;
    private Action? _beforeSync;

    public FileSystemEvidenceStoreTests() => _store = new FileSystemEvidenceStore(
        new FileSystemEvidenceStoreOptions
        {
            Root = Root,
            SyncFile = file =>
            {
                _beforeSync?.Invoke();
                FileSync.DataSync(file);
            },
            SyncDirectory = FileSync.SyncDirectory,
        },
        TimeProvider.System);

    protected override IEvidenceStore Store => _store;

    private string Root => Path.Combine(_outside, "root");

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_outside, recursive: true);
    }

    [Fact]
    public async Task Five_hundred_traversal_strings_never_leave_the_root()
    {
        foreach (var evil in TraversalStrings())
        {
            foreach (var (tenant, recording, name) in new[] { (evil, "r", "n"), ("t", evil, "n"), ("t", "r", evil) })
            {
                if (EvidenceKey.TryCreate(tenant, recording, name, out var key))
                    await _store.PutAsync(key, new MemoryStream([1]), new EvidenceMetadata("text/plain", new Dictionary<string, string>(StringComparer.Ordinal)), CancellationToken.None);
                Assert.DoesNotContain(_store.ListAsync(tenant, evil, CancellationToken.None).ToBlockingEnumerable(), o => o.Key.Name.Contains('/', StringComparison.Ordinal));
            }
        }

        Assert.Equal([Root], Directory.EnumerateFileSystemEntries(_outside), StringComparer.Ordinal);
        Assert.All(Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories), path => Assert.Equal(3, Path.GetRelativePath(Root, path).Split('/').Length));
    }

    [Fact]
    public async Task A_folder_that_is_a_link_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(Root, "tenant"));
        Directory.CreateSymbolicLink(Path.Combine(Root, "tenant", "rec-1"), Directory.CreateDirectory(Path.Combine(_outside, "elsewhere")).FullName);
        await Assert.ThrowsAsync<EvidenceStoreException>(() => PutAsync([1]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_outside, "elsewhere")));
    }

    [Fact]
    public async Task Content_left_by_a_crash_before_its_description_is_replaced()
    {
        Directory.CreateDirectory(Path.Combine(Root, "tenant", "rec-1"));
        await File.WriteAllTextAsync(Path.Combine(Root, "tenant", "rec-1", "playback.mp4"), "half");
        Assert.Null(await _store.StatAsync(Key(), CancellationToken.None));
        var stored = await PutAsync([1, 2]);
        Assert.Equal(stored, await _store.StatAsync(Key(), CancellationToken.None));
    }

    [Fact]
    public async Task A_disk_that_refuses_the_sync_means_not_stored()
    {
        _beforeSync = () => throw new FileSyncException("fdatasync", 5);
        Assert.Equal("unavailable", (await Assert.ThrowsAsync<EvidenceStoreException>(() => PutAsync([1]))).Reason);
        Assert.Empty(Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_reads_back_differently_is_not_stored()
    {
        _beforeSync = () =>
        {
            var file = Assert.Single(Directory.EnumerateFiles(Root, ".tmp-*", SearchOption.AllDirectories));
            using var other = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            other.WriteByte(99);
        };
        Assert.Equal("digest_mismatch", (await Assert.ThrowsAsync<EvidenceStoreException>(() => PutAsync([1, 2, 3]))).Reason);
        Assert.Empty(Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories));
    }

    private Task<StoredObject> PutAsync(byte[] content) =>
        _store.PutAsync(Key(), new MemoryStream(content), new EvidenceMetadata("video/mp4", new Dictionary<string, string>(StringComparer.Ordinal)), CancellationToken.None);

    private static IEnumerable<string> TraversalStrings()
    {
        string[] dots = ["..", "...", ".", "%2e%2e", "%252e%252e", "..%00", "\u2025", "\uff0e\uff0e", "..\0", "~", "c:", "con"];
        string[] slashes = ["/", "\\", "%2f", "%5c", "%252f", "//", "/./", "\u2215", "\u2044", "\uff0f", ";/", "\n/"];
        string[] targets = ["etc", "passwd", "x.mp4", ""];
        return dots.SelectMany(d => slashes.SelectMany(s => targets.Select(t => d + s + t)))
            .Concat(["", " ", "\0", ".hidden", "..", ".", "-", "a b", "A", new string('a', 65), new string('a', 64), "\u202etxt"]);
    }
}
