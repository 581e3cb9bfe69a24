using AfterSales.Video.Native;
using Microsoft.Win32.SafeHandles;

namespace AfterSales.Video.Rtc.Tests.Durability;

public sealed class FileSyncTests : IDisposable
{
    private const int NoSuchFile = 2;
    private const int InvalidArgument = 22;
    private readonly string _folder = Directory.CreateTempSubdirectory("filesync").FullName;

    [Fact]
    public void A_written_file_and_its_directory_are_synced()
    {
        using var file = File.OpenHandle(Path.Combine(_folder, "block"), FileMode.CreateNew, FileAccess.Write);
        RandomAccess.Write(file, [1, 2, 3], 0);
        FileSync.DataSync(file);
        FileSync.SyncDirectory(_folder);
    }

    [Fact]
    public void The_kernels_refusal_is_told_with_its_number()
    {
        using SafeFileHandle device = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        Assert.Equal(InvalidArgument, Assert.Throws<FileSyncException>(() => FileSync.DataSync(device)).Errno);
        Assert.Equal(NoSuchFile, Assert.Throws<FileSyncException>(() => FileSync.SyncDirectory(Path.Combine(_folder, "missing"))).Errno);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
