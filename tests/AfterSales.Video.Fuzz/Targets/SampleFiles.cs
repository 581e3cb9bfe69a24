using System.IO.Compression;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Evidence.Verification;

namespace AfterSales.Video.Fuzz.Targets;

/// <summary>
/// The export in Seeds/export: signed once, so that the same seed gives the same inputs in every run. What is in it belongs to version 1 of the formats
/// and must stay Verified.
/// </summary>
internal static class SampleFiles
{
    public static IReadOnlyDictionary<string, byte[]> All { get; } = Read();

    public static EvidenceKeySet Keys { get; } =
        EvidenceKeySet.TryParse(All[ExportNames.Keys], out var keys, out var problem) ? keys : throw new InvalidDataException(problem);

    public static IReadOnlyList<DsseEnvelope> Checkpoints { get; } =
        DsseEnvelope.TryParseArray(All[ExportNames.Checkpoints], out var checkpoints, out var problem) ? checkpoints : throw new InvalidDataException(problem);

    public static DsseEnvelope Envelope(string name) =>
        DsseEnvelope.TryParse(All[name], out var envelope, out var problem) ? envelope : throw new InvalidDataException(problem);

    private static Dictionary<string, byte[]> Read()
    {
        using var zip = new ZipArchive(new MemoryStream(SeedSet.Files("export").First()));
        return zip.Entries.ToDictionary(e => e.FullName, Read, StringComparer.Ordinal);
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
