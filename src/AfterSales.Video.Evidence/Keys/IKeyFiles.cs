using Microsoft.Win32.SafeHandles;

namespace AfterSales.Video.Evidence.Keys;

/// <summary>Where a <see cref="KeyRing"/> keeps its files. Names are relative, with "/".</summary>
public interface IKeyFiles
{
    /// <summary>For messages: the folder.</summary>
    string Location { get; }

    /// <summary>Null when there is no such file.</summary>
    /// <exception cref="KeyRingException">It cannot be read, or others than its owner can read it.</exception>
    byte[]? Read(string name);

    /// <summary>Writes or replaces a file whole and durably, mode 0600.</summary>
    /// <exception cref="KeyRingException">It cannot be written.</exception>
    void Write(string name, ReadOnlySpan<byte> content);
}

/// <summary>Keys cannot be read or written; the message says which file and what to do.</summary>
public sealed class KeyRingException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Key files in a folder of mode 0700, each 0600, replaced by rename.</summary>
/// <param name="folder">Made when missing.</param>
/// <param name="dataSync">fdatasync: a key that is lost with the power takes its recordings along.</param>
/// <param name="syncDirectory">fsync of a folder.</param>
public sealed class KeyFolder(string folder, Action<SafeFileHandle> dataSync, Action<string> syncDirectory) : IKeyFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public string Location => folder;

    public byte[]? Read(string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            if (!File.Exists(path))
                return null;
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
                throw new KeyRingException($"{path} can be read by others than its owner. Keys may be known to them: run chmod 600 on it, or rotate the key.");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException($"{path} cannot be read: {e.Message} The server's user must own it.", e);
        }
    }

    public void Write(string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(folder, name);
        var parent = Path.GetDirectoryName(path)!;
        var draft = path + ".new";
        try
        {
            MakeFolder(parent);
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            using (var file = new FileStream(draft, options))
            {
                file.Write(content);
                file.Flush();
                dataSync(file.SafeFileHandle);
            }

            File.Move(draft, path, overwrite: true);
            syncDirectory(parent);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException($"{path} cannot be written: {e.Message} The server's user must own the folder.", e);
        }
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
    }
}
