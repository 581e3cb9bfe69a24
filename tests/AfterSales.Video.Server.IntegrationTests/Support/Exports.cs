using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence.Verification;

namespace AfterSales.Video.Server.IntegrationTests.Support;

/// <summary>A recording as it leaves the house, judged by what an outsider has.</summary>
internal static class Exports
{
    public static async Task<VerificationReport> VerifyAsync(TestHub hub, ReviewView review)
    {
        using var admin = hub.Admin();
        using var zip = new MemoryStream(await admin.GetByteArrayAsync(review.Seal!.ExportUrl));
        if (!ZipExport.TryOpen(zip, out var files, out var problem))
            return ExportVerifier.Refused(problem);
        using (files)
            return ExportVerifier.Verify(files, VerificationOptions.None);
    }

    public static string Describe(VerificationReport report) =>
        string.Join("; ", report.Checks.Where(c => c.Outcome != CheckOutcome.Passed).Select(c => $"{c.Outcome} {c.Name} {c.Where} {c.Text}"));
}
