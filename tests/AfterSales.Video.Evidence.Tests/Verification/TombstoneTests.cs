using AfterSales.Video.Evidence.Manifests;
using AfterSales.Video.Evidence.Verification;
using AfterSales.Video.TestKit.Evidence;

namespace AfterSales.Video.Evidence.Tests.Verification;

public sealed class TombstoneTests : IDisposable
{
    private readonly SampleExport _sample = SampleExport.Create();

    [Fact]
    public void A_tombstone_says_what_was_erased_and_verifies_nothing()
    {
        var report = VerifyOf(Tombstone(), (ExportNames.Keys, _sample.Files[ExportNames.Keys]));
        Assert.Equal((Verdict.Incomplete, ExportNames.Tombstone), (report.Verdict, report.Where));
        Assert.Contains("recording rec-1 was erased", report.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tombstone_of_somebody_else_fails()
    {
        using var other = SampleExport.Create();
        Assert.Equal(Verdict.Failed, VerifyOf(Tombstone(), (ExportNames.Keys, other.Files[ExportNames.Keys])).Verdict);
    }

    [Fact]
    public void What_was_exported_before_stays_verified_and_no_tombstone_can_be_slipped_into_it()
    {
        Assert.Equal(Verdict.Verified, _sample.Verify().Verdict);
        var report = VerifyOf([.. _sample.Files.Select(f => (f.Key, f.Value)), Tombstone()]);
        Assert.Equal((Verdict.Failed, ExportNames.Tombstone), (report.Verdict, report.Where));
    }

    public void Dispose() => _sample.Dispose();

    private (string, byte[]) Tombstone() => (ExportNames.Tombstone, SignedDocuments.Tombstone.Sign(
        new Tombstone("rec-1", _sample.SealedAt, "Erased on request.", "admin", "a-1", new string('c', 32)), _sample.Signer).ToJson());

    private static VerificationReport VerifyOf(params (string Name, byte[] Content)[] files)
    {
        using var export = new MemoryExport(files.ToDictionary(f => f.Name, f => f.Content, StringComparer.Ordinal));
        return ExportVerifier.Verify(export, VerificationOptions.None);
    }
}
