using AfterSales.Video.Evidence.Verification;

namespace AfterSales.Video.Verify;

/// <summary>Opens the export, verifies it, prints the report.</summary>
internal static class VerifyCommand
{
    private const int NotUsable = 2;

    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken ct)
    {
        if (args is ["--help"] or ["-h"])
        {
            output.WriteLine(VerifyArguments.Usage);
            return 0;
        }

        if (!VerifyArguments.TryParse(args, out var arguments, out var problem))
        {
            error.WriteLine(problem);
            error.WriteLine(VerifyArguments.Usage);
            return NotUsable;
        }

        try
        {
            if (!Directory.Exists(arguments.Path) && !File.Exists(arguments.Path))
            {
                error.WriteLine($"{arguments.Path} is not there.");
                return NotUsable;
            }

            var report = Verify(arguments, ct);
            output.WriteLine(arguments.Json ? report.ToJson() : HumanReport.Of(report));
            return report.ExitCode;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Stopped. Nothing can be said about the export.");
            return NotUsable;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"{arguments.Path} cannot be read: {e.Message}");
            return NotUsable;
        }
    }

    private static VerificationReport Verify(VerifyArguments arguments, CancellationToken ct)
    {
        if (Directory.Exists(arguments.Path))
        {
            return FolderExport.TryOpen(arguments.Path, out var folder, out var why)
                ? ExportVerifier.Verify(folder, arguments.Options, ct) : ExportVerifier.Refused(why);
        }

        using var file = File.OpenRead(arguments.Path);
        if (!ZipExport.TryOpen(file, out var zip, out var problem))
            return ExportVerifier.Refused(problem);
        using (zip)
        {
            return ExportVerifier.Verify(zip, arguments.Options, ct);
        }
    }
}
