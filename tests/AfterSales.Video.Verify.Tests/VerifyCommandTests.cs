using System.IO.Compression;
using System.Text.Json;
using AfterSales.Video.TestKit.Evidence;

namespace AfterSales.Video.Verify.Tests;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aftersales-verify-").FullName;

    [Fact]
    public void A_whole_export_is_verified_as_folder_and_as_zip()
    {
        using var sample = SampleExport.Create();
        var (exit, text) = Run(Unpacked(sample));
        Assert.True(exit == 0, text);
        Assert.StartsWith("Verified", text, StringComparison.Ordinal);
        Assert.Contains(sample.Signer.KeyId, text, StringComparison.Ordinal);
        var (zipExit, zipText) = Run(Zipped(sample.ToZip()));
        Assert.True(zipExit == 0, zipText);
        Assert.Equal(0, Run(Zipped(sample.ToZip(CompressionLevel.Optimal))).Exit);
    }

    [Fact]
    public void The_json_report_says_the_verdict_and_every_check()
    {
        using var sample = SampleExport.Create();
        var (exit, json) = Run(Zipped(sample.ToZip()), "--json");
        using var report = JsonDocument.Parse(json);
        Assert.Equal(0, exit);
        Assert.Equal("Verified", report.RootElement.GetProperty("verdict").GetString());
        Assert.Equal("rec-1", report.RootElement.GetProperty("recordingId").GetString());
        Assert.False(report.RootElement.GetProperty("keysTrusted").GetBoolean());
        var names = report.RootElement.GetProperty("checks").EnumerateArray().Select(c => c.GetProperty("name").GetString()).ToArray();
        foreach (var name in (string[])["export list", "manifest", "data key", "segments", "files", "checkpoints", "journal", "end", "receipt", "custody", "keys"])
            Assert.Contains(names, n => n == name);
    }

    [Fact]
    public void A_recording_closed_after_a_crash_is_verified_with_its_loss()
    {
        using var sample = SampleExport.Create(new SampleExportOptions(Recovered: true));
        var (exit, text) = Run(Unpacked(sample));
        Assert.Equal(0, exit);
        Assert.StartsWith("Verified (recovered, loss ≤ 200 ms)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_byte_fails_and_the_file_is_named()
    {
        using var sample = SampleExport.Create();
        sample.Files["segments/journal-1-000002.seg"][100] ^= 1;
        var (exit, text) = Run(Unpacked(sample));
        Assert.Equal(1, exit);
        Assert.StartsWith("Failed (segments/journal-1-000002.seg: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_document_is_incomplete()
    {
        using var sample = SampleExport.Create();
        sample.Files.Remove("export.dsse.json");
        var (exit, text) = Run(Unpacked(sample));
        Assert.Equal(2, exit);
        Assert.StartsWith("Incomplete (export.dsse.json: ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_a_trusted_key_counts_when_one_is_given()
    {
        using var sample = SampleExport.Create();
        using var forger = SampleExport.Create();
        var folder = Unpacked(sample);
        var pem = Path.Combine(_folder, "key.pem");
        File.WriteAllText(pem, sample.Signer.PublicKeyPem);
        Assert.Equal(0, Run(folder, "--trusted-key", sample.Signer.KeyId).Exit);
        Assert.Equal(0, Run(folder, "--trusted-key", pem).Exit);
        Assert.Equal(1, Run(folder, "--trusted-key", forger.Signer.KeyId).Exit);
    }

    [Fact]
    public void Published_keys_tell_of_a_revocation_the_export_is_silent_about()
    {
        using var sample = SampleExport.Create();
        var folder = Unpacked(sample);
        var published = Path.Combine(_folder, "published.json");
        File.WriteAllBytes(published, sample.Files["keys.json"]);
        var (exit, text) = Run(folder, "--keys", published);
        Assert.Equal(0, exit);
        Assert.Contains("as you gave it", text, StringComparison.Ordinal);
        sample.SetKeys(sample.PublishedKey with { RevokedAt = sample.Start });
        File.WriteAllBytes(published, sample.Files["keys.json"]);
        Assert.Equal(1, Run(folder, "--keys", published).Exit);
    }

    [Theory]
    [InlineData]
    [InlineData("--json")]
    [InlineData("a", "b")]
    [InlineData("a", "--trusted-key")]
    [InlineData("a", "--trusted-key", "nonsense")]
    [InlineData("a", "--tsa-roots", "/nowhere.pem")]
    [InlineData("a", "--keys", "/nowhere.json")]
    [InlineData("a", "--trusted-keys", "x")]
    [InlineData("/not/there.zip")]
    public void A_wrong_command_line_is_refused_with_what_to_do(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(2, VerifyCommand.Run(args, output, error, CancellationToken.None));
        Assert.NotEmpty(error.ToString());
        Assert.Empty(output.ToString());
    }

    [Fact]
    public void An_archive_that_is_none_is_refused()
    {
        var (exit, text) = Run(Zipped([1, 2, 3]));
        Assert.Equal(1, exit);
        Assert.Contains("ZIP", text, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Unpacked(SampleExport sample)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, Path.GetRandomFileName())).FullName;
        sample.WriteTo(folder);
        return folder;
    }

    private string Zipped(byte[] zip)
    {
        var path = Path.Combine(_folder, Path.GetRandomFileName() + ".zip");
        File.WriteAllBytes(path, zip);
        return path;
    }

    private static (int Exit, string Text) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = VerifyCommand.Run(args, output, error, CancellationToken.None);
        Assert.Empty(error.ToString());
        return (exit, output.ToString());
    }
}
