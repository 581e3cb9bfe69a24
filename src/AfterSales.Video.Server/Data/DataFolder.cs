namespace AfterSales.Video.Server.Data;

/// <summary>The one folder that holds everything this hub remembers. Secrets and media in it are readable by its user only.</summary>
internal sealed class DataFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public DataFolder(string root)
    {
        Root = Path.GetFullPath(root);
        Directory.CreateDirectory(Root, OwnerOnly);
    }

    public string Root { get; }
    public string Database => Path.Combine(Root, "hub.db");
    public string Keys => Folder("keys");
    public string Certificates => Folder("certificates");
    public string Journals => Folder("journals");
    public string Evidence => Folder("evidence");
    public string Work => Folder("work");

    /// <summary>A path inside this folder as the database keeps it.</summary>
    public string Relative(string path) => Path.GetRelativePath(Root, path);

    /// <summary>Undoes <see cref="Relative"/>.</summary>
    public string Absolute(string relativePath) => Path.Combine(Root, relativePath);

    /// <summary>Writes a file that only its owner may read.</summary>
    public static void WriteSecret(string path, string content)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var writer = new StreamWriter(path, options);
        writer.Write(content);
    }

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(Root, name), OwnerOnly).FullName;
}
