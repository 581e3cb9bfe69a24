using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AfterSales.Video.Native;

/// <summary>
/// Durability with the kernel's own answer. <c>FileStream.Flush(true)</c> and <c>RandomAccess.FlushToDisk</c> ignore
/// fsync errors on Linux (.NET 10), so a full or failing disk would look like a written recording.
/// </summary>
public static partial class FileSync
{
    private const int OpenReadOnly = 0;
    private const int OpenDirectory = 0x10000;
    private const int OpenCloseOnExec = 0x80000;
    private const int Interrupted = 4;

    /// <summary>fdatasync(2): returns when the file's data, and the size needed to read it, are on the device.</summary>
    /// <exception cref="FileSyncException">The kernel refused; the error is sticky for the data already written.</exception>
    public static void DataSync(SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        ThrowUnlessZero(Retry(file, FdDataSync), "fdatasync");
    }

    /// <summary>fsync(2) on a directory: a created, renamed or removed name in it survives a power cut.</summary>
    /// <exception cref="FileSyncException">The directory cannot be opened or synced.</exception>
    public static void SyncDirectory(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var directory = OpenFile(path, OpenReadOnly | OpenDirectory | OpenCloseOnExec, 0);
        if (directory.IsInvalid)
            throw new FileSyncException("open", Marshal.GetLastPInvokeError());
        ThrowUnlessZero(Retry(directory, FdSync), "fsync");
    }

    /// <summary>open(2) for reading without the advisory lock .NET takes: also a file that this process holds locked for writing.</summary>
    /// <exception cref="FileSyncException">It cannot be opened.</exception>
    public static SafeFileHandle OpenForReading(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = OpenFile(path, OpenReadOnly | OpenCloseOnExec, 0);
        return file.IsInvalid ? throw new FileSyncException("open", Marshal.GetLastPInvokeError()) : file;
    }

    private static int Retry(SafeFileHandle file, Func<SafeFileHandle, int> call)
    {
        int result;
        do
        {
            result = call(file);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return result;
    }

    private static void ThrowUnlessZero(int result, string call)
    {
        if (result != 0)
            throw new FileSyncException(call, Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FdDataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FdSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenFile(string path, int flags, int mode);
}

/// <summary>A sync call failed.</summary>
/// <param name="call">The system call.</param>
/// <param name="errno">Linux errno, for example 5 (EIO), 28 (ENOSPC), 122 (EDQUOT).</param>
public sealed class FileSyncException(string call, int errno)
    : IOException($"{call} failed: {new Win32Exception(errno).Message} (errno {errno})", new Win32Exception(errno))
{
    public int Errno { get; } = errno;
}
