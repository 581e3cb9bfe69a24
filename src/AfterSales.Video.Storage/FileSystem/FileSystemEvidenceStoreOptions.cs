using Microsoft.Win32.SafeHandles;

namespace AfterSales.Video.Storage.FileSystem;

/// <summary>Settings of the file system store. One process owns the root.</summary>
public sealed class FileSystemEvidenceStoreOptions
{
    /// <summary>Folder for root/tenant/recording/name; created when missing.</summary>
    public required string Root { get; init; }

    /// <summary>fdatasync that reports errors (Native's FileSync.DataSync): .NET's own hides them on Linux.</summary>
    public required Action<SafeFileHandle> SyncFile { get; init; }

    /// <summary>fsync of a directory (Native's FileSync.SyncDirectory).</summary>
    public required Action<string> SyncDirectory { get; init; }
}
