using System.Diagnostics;

namespace AfterSales.Video.TestKit.Evidence;

/// <summary>The system's openssl: an independent judge of what we sign, and the signer of a local time-stamping authority.</summary>
public static class OpenSslTool
{
    /// <summary>Runs openssl in a folder; output of both streams together.</summary>
    public static (int Exit, string Output) Run(string folder, params string[] arguments) => RunProgram(folder, "openssl", arguments);

    /// <summary>Runs commands as a person would type them; the first that fails ends it.</summary>
    public static (int Exit, string Output) RunShell(string folder, string commands) => RunProgram(folder, "sh", ["-e", "-c", commands]);

    private static (int Exit, string Output) RunProgram(string folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }
}
