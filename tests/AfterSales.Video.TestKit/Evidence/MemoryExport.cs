using AfterSales.Video.Evidence.Verification;

namespace AfterSales.Video.TestKit.Evidence;

/// <summary>An export in memory.</summary>
public sealed class MemoryExport(IReadOnlyDictionary<string, byte[]> files) : IExportFiles
{
    public IReadOnlyDictionary<string, long> Lengths { get; } = files.ToDictionary(f => f.Key, f => (long)f.Value.Length, StringComparer.Ordinal);

    public Stream Open(string name) => new MemoryStream(files[name], writable: false);

    public void Dispose()
    {
        // Holds nothing open.
    }
}
