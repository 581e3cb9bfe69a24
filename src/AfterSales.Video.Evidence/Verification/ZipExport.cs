using System.IO.Compression;

namespace AfterSales.Video.Evidence.Verification;

/// <summary>An export as a ZIP. Names that leave the folder, stand twice or differ by case only, and bombs are refused before anything is unpacked.</summary>
public sealed class ZipExport : IExportFiles
{
    /// <summary>Below this an entry may be as compressible as it likes (a waveform of silence is).</summary>
    private const int FreeLength = 1 << 20;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries;

    private ZipExport(ZipArchive archive, Dictionary<string, ZipArchiveEntry> entries, IReadOnlyDictionary<string, long> lengths) =>
        (_archive, _entries, Lengths) = (archive, entries, lengths);

    public IReadOnlyDictionary<string, long> Lengths { get; }

    /// <param name="archive">Seekable; becomes the export's on success.</param>
    public static bool TryOpen(Stream archive, out ZipExport export, out string problem)
    {
        ArgumentNullException.ThrowIfNull(archive);
        (export, problem) = (null!, "not a ZIP archive");
        ZipArchive? zip = null;
        try
        {
            zip = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true);
            if (TryList(zip, archive.Length, out var entries, out var lengths, out problem))
            {
                export = new ZipExport(zip, entries, lengths);
                return true;
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException or ArgumentException)
        {
            problem = $"not a ZIP archive that can be read: {ExportLimits.Printable(e.Message)}";
        }

        zip?.Dispose();
        return false;
    }

    public Stream Open(string name)
    {
        if (!_entries.TryGetValue(name, out var entry))
            throw new InvalidDataException($"there is no {name}");
        try
        {
            return new BoundedStream(entry.Open(), entry.Length);
        }
        catch (NotSupportedException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    public void Dispose() => _archive.Dispose();

    private static bool TryList(
        ZipArchive zip, long archiveLength, out Dictionary<string, ZipArchiveEntry> entries, out IReadOnlyDictionary<string, long> lengths, out string problem)
    {
        entries = new(StringComparer.Ordinal);
        var listing = new ExportListing();
        lengths = listing.Lengths;
        problem = zip.Entries.Count > ExportLimits.MaxFiles ? $"more than {ExportLimits.MaxFiles} files" : "";
        if (problem.Length > 0)
            return false;
        var packed = 0L;
        foreach (var entry in zip.Entries)
        {
            packed += entry.CompressedLength;
            problem = entry.IsEncrypted ? $"{ExportLimits.Printable(entry.FullName)} is encrypted"
                : entry.Length > FreeLength && entry.Length / ExportLimits.MaxRatio > entry.CompressedLength ? $"{ExportLimits.Printable(entry.FullName)} unpacks to too much"
                : entry.CompressedLength < 0 || packed > archiveLength ? "entries overlap"
                : listing.Add(entry.FullName, entry.Length);
            if (problem.Length > 0)
                return false;
            entries.Add(entry.FullName, entry);
        }

        return true;
    }
}
