using System.Diagnostics;
using System.IO.Compression;

namespace AfterSales.Video.Server.IntegrationTests.Support;

/// <summary>The offline verifier as whoever gets an export runs it: a process of its own.</summary>
internal static class VerifyTool
{
    private const string Tests = "/tests/AfterSales.Video.Server.IntegrationTests/";

    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory.Replace(Tests, "/src/AfterSales.Video.Verify/", StringComparison.Ordinal), "AfterSales.Video.Verify.dll");

    /// <param name="export">Folder or ZIP.</param>
    public static async Task<(int Exit, string Output)> RunAsync(string export, params string[] options)
    {
        var start = new ProcessStartInfo("dotnet", [Program, export, .. options]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    public static string Unpack(byte[] zip)
    {
        var folder = Directory.CreateTempSubdirectory("aftersales-export-").FullName;
        using var archive = new ZipArchive(new MemoryStream(zip));
        archive.ExtractToDirectory(folder);
        return folder;
    }
}
