namespace AfterSales.Video.Evidence.Verification;

/// <summary>An export unpacked into a folder. Links are refused: what they point to is not part of it.</summary>
public sealed class FolderExport : IExportFiles
{
    private readonly string _folder;

    private FolderExport(string folder, IReadOnlyDictionary<string, long> lengths) => (_folder, Lengths) = (folder, lengths);

    public IReadOnlyDictionary<string, long> Lengths { get; }

    public static bool TryOpen(string folder, out FolderExport export, out string problem)
    {
        export = null!;
        problem = "";
        var listing = new ExportListing();
        try
        {
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
            {
                var name = Path.GetRelativePath(folder, entry.FullName).Replace(Path.DirectorySeparatorChar, '/');
                problem = (entry.Attributes & FileAttributes.ReparsePoint) != FileAttributes.None ? $"{ExportLimits.Printable(name)} is a link"
                    : entry is FileInfo file ? listing.Add(name, file.Length) : "";
                if (problem.Length > 0)
                    return false;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
            return false;
        }

        export = new FolderExport(folder, listing.Lengths);
        return true;
    }

    public Stream Open(string name) => Lengths.TryGetValue(name, out var length)
        ? new BoundedStream(File.OpenRead(Path.Combine(_folder, name)), length)
        : throw new InvalidDataException($"there is no {name}");

    public void Dispose()
    {
        // Holds nothing open.
    }
}
