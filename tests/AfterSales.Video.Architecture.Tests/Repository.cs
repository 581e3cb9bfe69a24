namespace AfterSales.Video.Architecture.Tests;

/// <summary>The working tree the tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] Skipped = ["bin", "obj", "node_modules", "dist", "artifacts", ".git", "test-results", "playwright-report", "wwwroot"];

    public static string Root { get; } = FindRoot();

    /// <summary>Files below a folder with one of these endings, build output left out. Paths relative to the root, with "/".</summary>
    public static IReadOnlyList<string> Files(string folder, params string[] endings)
    {
        var start = Path.Combine(Root, folder);
        return Directory.Exists(start)
            ? [.. Walk(start).Where(f => endings.Any(e => f.EndsWith(e, StringComparison.Ordinal)))
                .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Order(StringComparer.Ordinal)]
            : [];
    }

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder).Concat(Directory.EnumerateDirectories(folder)
            .Where(d => !Skipped.Contains(Path.GetFileName(d), StringComparer.Ordinal)).SelectMany(Walk));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AfterSales.Video.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Run from inside the repository.");
    }
}
