using AfterSales.Video.Evidence.Verification;

namespace AfterSales.Video.Evidence.Tests.Verification;

/// <summary>Exports lie in drawers for years: what was Verified once stays so in every later version.</summary>
public sealed class KeptExportTests
{
    public static TheoryData<string> Exports => [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Exports"), "*.zip").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Exports))]
    public void An_export_made_by_an_earlier_version_is_still_verified(string name)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Exports", name));
        Assert.True(ZipExport.TryOpen(file, out var export, out var problem), problem);
        using (export)
            Assert.Equal("Verified", ExportVerifier.Verify(export, VerificationOptions.None, TestContext.Current.CancellationToken).Headline);
    }
}
