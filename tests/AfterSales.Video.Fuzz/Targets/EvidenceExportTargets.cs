using System.Security.Cryptography;
using AfterSales.Video.Evidence.Timestamps;
using AfterSales.Video.Evidence.Verification;

namespace AfterSales.Video.Fuzz.Targets;

/// <summary>Replies of authorities: no bytes throw, and none make a reply say another time than the one that was signed.</summary>
internal sealed class TimestampReplyTarget : IFuzzTarget
{
    private static readonly byte[] Imprint = SHA256.HashData("what was signed"u8);
    private readonly HashSet<DateTimeOffset?> _times;

    public TimestampReplyTarget()
    {
        _times = [.. SeedSet.Files("timestamp").Select(Check).Where(c => c.IsGood).Select(c => c.GenTime)];
        // Without a good one among them no mutation could be wrongly good.
        if (_times.Count == 0)
            throw new InvalidOperationException("No reply in Seeds/timestamp is good.");
    }

    public string Name => "evidence/timestamp-reply";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand(SeedSet.Files("timestamp"));

    public IEnumerable<byte[]> Dictionary => [[0x30, 0x82], [0x30, 0x80], [0x02, 0x01, 0x00], [0x06, 0x09], [0xA0, 0x82], [0x04, 0x20]];

    public void Run(ReadOnlySpan<byte> input)
    {
        if (Check(input.ToArray()) is { IsGood: true } check && !_times.Contains(check.GenTime))
            throw new InvalidOperationException("A time nobody signed is good.");
        TimestampReply.TryReadImprint(input.ToArray(), out _);
    }

    private static TimestampCheck Check(byte[] reply) => TimestampReply.Check(reply, new TimestampExpectation(Imprint));
}

/// <summary>Whole exports as ZIP: Verified only when every file in it is the one that was exported.</summary>
internal sealed class ExportZipTarget : IFuzzTarget
{
    private readonly Dictionary<string, string> _digests =
        SampleFiles.All.ToDictionary(f => f.Key, f => Convert.ToHexStringLower(SHA256.HashData(f.Value)), StringComparer.Ordinal);

    public string Name => "evidence/export-zip";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand(SeedSet.Files("export"));

    public IEnumerable<byte[]> Dictionary =>
        ["PK\u0001\u0002"u8.ToArray(), "PK\u0003\u0004"u8.ToArray(), "PK\u0005\u0006"u8.ToArray(), "PK\u0006\u0006"u8.ToArray(), "../"u8.ToArray(), [255, 255, 255, 255]];

    public void Run(ReadOnlySpan<byte> input)
    {
        if (!ZipExport.TryOpen(new MemoryStream(input.ToArray()), out var export, out _))
            return;
        using (export)
        {
            if (ExportVerifier.Verify(export, VerificationOptions.None).Verdict == Verdict.Verified && !IsWhole(export))
                throw new InvalidOperationException("A changed export is Verified.");
        }
    }

    private bool IsWhole(ZipExport export) =>
        export.Lengths.Count == _digests.Count && export.Lengths.Keys.All(name =>
        {
            using var stream = export.Open(name);
            return _digests.GetValueOrDefault(name) == Convert.ToHexStringLower(SHA256.HashData(stream));
        });
}
