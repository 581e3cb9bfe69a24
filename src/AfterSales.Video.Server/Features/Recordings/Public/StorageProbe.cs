using AfterSales.Video.Contracts.Http;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>What the store can do, asked once at start.</summary>
internal sealed class StorageProbe
{
    /// <summary>The file system keeps names and tags, and forbids nothing to whoever owns the disk.</summary>
    private readonly StorageView _fileSystem = new("file_system", "none", true, false, true, 0, "");

    public Task<StorageView> ViewAsync(CancellationToken ct) => ct.IsCancellationRequested ? Task.FromCanceled<StorageView>(ct) : Task.FromResult(_fileSystem);
}
