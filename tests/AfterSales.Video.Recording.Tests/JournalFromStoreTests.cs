using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Segments;

namespace AfterSales.Video.Recording.Tests;

public sealed class JournalFromStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("restore-tests-").FullName;
    private readonly FlakyStore _store = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task All_parts_come_back_or_none_so_that_half_a_journal_never_passes_for_one_that_was_cut_off()
    {
        await PutAsync(1, 1, [1, 2]);
        await PutAsync(1, 2, [3]);
        await PutAsync(2, 1, [4, 5]);
        _store.DownAt = JournalFiles.SegmentName(2, 1);
        await Assert.ThrowsAsync<HttpRequestException>(RestoreAsync);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));

        (_store.DownAt, _store.IsDown) = (null, false);
        Assert.True(await RestoreAsync());
        Assert.Equal([[1, 2, 3], [4, 5]], JournalFiles.Find(_folder).Select(File.ReadAllBytes));
        Assert.Equal(2, Directory.EnumerateFileSystemEntries(_folder).Count());
    }

    [Fact]
    public async Task A_longer_part_on_this_computer_is_never_replaced_by_what_had_reached_the_store()
    {
        await PutAsync(1, 1, [1, 2]);
        await PutAsync(2, 1, [4]);
        await File.WriteAllBytesAsync(Path.Combine(_folder, JournalFiles.Name(2)), [4, 5, 6]);
        Assert.True(await RestoreAsync());
        Assert.Equal([[1, 2], [4, 5, 6]], JournalFiles.Find(_folder).Select(File.ReadAllBytes));
    }

    [Fact]
    public async Task A_store_without_the_beginning_restores_nothing()
    {
        await PutAsync(2, 1, [4]);
        Assert.False(await RestoreAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    private Task<bool> RestoreAsync() => new JournalFromStore(_store).TryRestoreAsync("default", "rec-1", _folder, CancellationToken.None);

    private Task<StoredObject> PutAsync(int part, int index, byte[] bytes) => _store.PutAsync(
        EvidenceKey.Create("default", "rec-1", JournalFiles.SegmentName(part, index)), new MemoryStream(bytes),
        new EvidenceMetadata("application/octet-stream", new Dictionary<string, string>(StringComparer.Ordinal)), CancellationToken.None);
}
