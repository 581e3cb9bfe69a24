using System.IO.Compression;
using AfterSales.Video.Evidence.Verification;

namespace AfterSales.Video.Evidence.Tests.Verification;

public sealed class ZipExportTests
{
    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("a\\b")]
    [InlineData("C:evil")]
    [InlineData(".hidden")]
    [InlineData("a//b")]
    [InlineData("folder/")]
    [InlineData("a/b/c/d/e")]
    [InlineData("naïve.txt")]
    public void A_name_that_could_leave_the_folder_is_refused(string name) => Assert.Contains("not allowed", Refusal(Zip((name, [1]))), StringComparison.Ordinal);

    [Fact]
    public void Two_entries_of_one_name_or_differing_by_case_are_refused()
    {
        Assert.Contains("twice", Refusal(Zip(("a.bin", [1]), ("a.bin", [2]))), StringComparison.Ordinal);
        Assert.Contains("twice", Refusal(Zip(("a.bin", [1]), ("A.bin", [2]))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_is_refused_before_it_is_unpacked()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var zip = Zip(("files/bomb", new byte[64 << 20]));
        var made = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("too much", Refusal(zip), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - made, 0, 4 << 20);
        Assert.True(made > before);
    }

    [Fact]
    public void An_entry_never_gives_more_than_it_says_and_is_refused_when_it_gives_less()
    {
        Assert.Equal(99, ReadStating(99));
        Assert.Throws<InvalidDataException>(() => ReadStating(101));

        static long ReadStating(byte length)
        {
            var zip = Zip(("a.bin", new byte[100]));
            // The uncompressed size stands at offset 24 of the central directory's record.
            zip[zip.AsSpan().IndexOf("PK\u0001\u0002"u8) + 24] = length;
            Assert.True(ZipExport.TryOpen(new MemoryStream(zip), out var export, out var problem), problem);
            using (export)
            {
                using var stream = export.Open("a.bin");
                using var content = new MemoryStream();
                stream.CopyTo(content);
                return content.Length;
            }
        }
    }

    [Fact]
    public void Links_in_a_folder_are_refused()
    {
        var folder = Directory.CreateTempSubdirectory("aftersales-link-").FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "a.bin"), "/etc/hostname");
        var opened = FolderExport.TryOpen(folder, out _, out var problem);
        Directory.Delete(folder, recursive: true);
        Assert.False(opened);
        Assert.Contains("link", problem, StringComparison.Ordinal);
    }

    private static string Refusal(byte[] zip) => ZipExport.TryOpen(new MemoryStream(zip), out _, out var problem) ? "" : problem;

    private static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.Optimal).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }
}
