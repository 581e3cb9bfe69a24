using AfterSales.Video.Evidence;

namespace AfterSales.Video.Storage.FileSystem;

/// <summary>Where a key lies. Every path is checked to be under the root, and no folder on the way may be a link.</summary>
internal sealed class EvidencePaths(string root)
{
    private const string DescriptionSuffix = ".json";

    public string Root { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    public string FolderOf(EvidenceKey key) => Checked(key, "");

    public string ContentOf(EvidenceKey key) => Checked(key, key.Name);

    public string DescriptionOf(EvidenceKey key) => Checked(key, $".{key.Name}{DescriptionSuffix}");

    /// <summary>Names of described objects, in order.</summary>
    public IEnumerable<string> Names(string tenantId, string recordingId)
    {
        if (!EvidenceKey.TryCreate(tenantId, recordingId, "x", out var key) || !Directory.Exists(FolderOf(key)))
            return [];
        return Directory.EnumerateFiles(FolderOf(key), $".*{DescriptionSuffix}")
            .Select(path => Path.GetFileName(path)[1..^DescriptionSuffix.Length]).Order(StringComparer.Ordinal);
    }

    private string Checked(EvidenceKey key, string file)
    {
        if (key == default)
            throw new ArgumentException("The key is empty.", nameof(key));
        var tenant = Path.Combine(Root, key.TenantId);
        var folder = Path.Combine(tenant, key.RecordingId);
        var path = Path.GetFullPath(Path.Combine(folder, file));
        // The key's alphabet makes this impossible; the check is for the day someone widens it.
        if (!path.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal) || IsLink(tenant) || IsLink(folder))
            throw new EvidenceStoreException("unavailable", "the path leaves the store");
        return path;
    }

    private static bool IsLink(string path) => new DirectoryInfo(path).LinkTarget is not null;
}
