using System.Diagnostics;

namespace AfterSales.Video.TestKit.Evidence;

/// <summary>The system's openssl: an independent judge of what we sign, and the signer of a local time-stamping authority.</summary>
public static class OpenSslTool
{
    /// <summary>Runs openssl in a folder; output of both streams together.</summary>
    public static (int Exit, string Output) Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("openssl", arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("openssl did not start.");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }
}
