using AfterSales.Video.Evidence.Verification;
using AfterSales.Video.TestKit.Evidence;

namespace AfterSales.Video.Evidence.Tests.Verification;

public sealed class ExportMutationTests(ITestOutputHelper output)
{
    private const int Seed = 20261123;
    private const int Mutations = 2000;

    [Fact]
    public void Every_mutation_of_an_exports_files_is_found_at_the_file()
    {
        var random = new Random(Seed);
        using var sample = SampleExport.Create(new SampleExportOptions(Blocks: 12));
        using var other = SampleExport.Create(new SampleExportOptions(Seed: 2, Blocks: 12, RecordingId: "rec-2"));
        Assert.Equal(Verdict.Verified, sample.Verify().Verdict);
        var names = sample.Files.Keys.Order(StringComparer.Ordinal).ToArray();
        for (var i = 0; i < Mutations; i++)
        {
            var files = new Dictionary<string, byte[]>(sample.Files, StringComparer.Ordinal);
            var (what, touched) = Mutate(files, names, other.Files, random);
            using var export = new MemoryExport(files);
            var report = ExportVerifier.Verify(export, VerificationOptions.None);
            // Without the right keys or list nothing below them can be judged, so these are the place then.
            Assert.True(
                report.Verdict != Verdict.Verified && (touched.Contains(report.Where) || (touched.Contains("keys.json") && report.Where == "export.dsse.json")),
                $"seed {Seed}, mutation {i}: {what} gave {report.Headline}");
        }

        output.WriteLine($"{Mutations} mutations, seed {Seed}");
    }

    [Fact]
    public void An_edit_of_any_file_fails()
    {
        using var sample = SampleExport.Create();
        foreach (var name in sample.Files.Keys)
        {
            foreach (var at in new[] { 0, sample.Files[name].Length / 2, sample.Files[name].Length - 1 })
            {
                var files = new Dictionary<string, byte[]>(sample.Files, StringComparer.Ordinal) { [name] = [.. sample.Files[name]] };
                files[name][at] ^= 1;
                using var export = new MemoryExport(files);
                var report = ExportVerifier.Verify(export, VerificationOptions.None);
                Assert.True(report.Verdict == Verdict.Failed, $"{name} byte {at}: {report.Headline}");
            }
        }
    }

    private static (string What, string[] Touched) Mutate(
        Dictionary<string, byte[]> files, string[] names, Dictionary<string, byte[]> others, Random random)
    {
        var (name, second) = (names[random.Next(names.Length)], names[random.Next(names.Length)]);
        switch (random.Next(5))
        {
            case 0:
                files.Remove(name);
                return ($"drop {name}", [name]);
            case 1:
                var copy = $"files/copy-{random.Next(1000)}.bin";
                files[copy] = files[name];
                return ($"duplicate {name} as {copy}", [copy]);
            case 2 when name != second:
                (files[name], files[second]) = (files[second], files[name]);
                return ($"swap {name} and {second}", [name, second]);
            case 3:
                files[name] = [.. files[name]];
                var at = random.Next(files[name].Length);
                files[name][at] ^= (byte)(1 << random.Next(8));
                return ($"edit byte {at} of {name}", [name]);
            // The other export's README is the same text.
            default:
                name = name == "README.txt" ? "keys.json" : name;
                files[name] = others[name];
                return ($"insert another recording's {name}", [name]);
        }
    }
}
