using System.Globalization;
using System.Text;
using AfterSales.Video.Evidence.Verification;

namespace AfterSales.Video.Verify;

/// <summary>The report as a person reads it: the verdict, what it means, what to compare, then every check.</summary>
internal static class HumanReport
{
    public static string Of(VerificationReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{report.Headline}");
        text.AppendLine();
        text.AppendLine(Meaning(report));
        text.AppendLine();
        if (report.RecordingId.Length > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"Recording:    {report.RecordingId}");
        foreach (var key in report.SigningKeyIds)
            text.AppendLine(CultureInfo.InvariantCulture, $"Signed with:  {key}{(report.KeysTrusted ? " (as you gave it)" : " (compare it with the merchant's published keys)")}");
        text.AppendLine();
        foreach (var check in report.Checks)
            text.AppendLine(CultureInfo.InvariantCulture, $"{Sign(check.Outcome)} {check.Name,-13} {(check.Where.Length > 0 ? check.Where + ": " : "")}{check.Text}");
        return Plain(text.ToString().TrimEnd());
    }

    /// <summary>What documents say goes to a terminal: nothing in them may steer it.</summary>
    private static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\r') ? '?' : c));

    private static string Meaning(VerificationReport report) => report.Verdict switch
    {
        Verdict.Verified when report.Recovered =>
            "This is the recording as it was made and sealed: nothing was changed, removed or added since.\n"
            + $"The recorder was interrupted; what was recorded up to then was closed afterwards. At most {report.LossMs} ms before the interruption are missing.",
        Verdict.Verified =>
            "This is the recording as it was made and sealed: nothing was changed, removed or added since.",
        Verdict.Failed =>
            "Something here is not what was recorded, signed or exported. Do not rely on this copy; ask for the export again.",
        _ =>
            "Nothing here contradicts the recording, but something is missing without which it cannot be vouched for.",
    };

    private static string Sign(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Passed => "[ok]     ",
        CheckOutcome.Note => "[note]   ",
        CheckOutcome.Incomplete => "[missing]",
        _ => "[FAILED] ",
    };
}
