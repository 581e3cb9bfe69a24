using System.Text.RegularExpressions;

namespace AfterSales.Video.Architecture.Tests;

/// <summary>Rules of STYLE.md that no analyzer knows.</summary>
public sealed partial class SourceRulesTests
{
    private const int MaxLines = 400;
    private const string Features = "src/AfterSales.Video.Server/Features/";
    private static readonly string[] Code = [".cs", ".ts", ".vue", ".js", ".mjs", ".css", ".py", ".sh"];
    private static readonly string[] Folders = ["src", "tests", "web-client", "recordings-schema", "tools"];

    [Fact]
    public void No_file_is_longer_than_four_hundred_lines()
    {
        var tooLong = Folders.SelectMany(folder => Repository.Files(folder, Code))
            .Where(file => !IsGenerated(file))
            .Select(file => (file, lines: Repository.Read(file).AsSpan().Count('\n')))
            .Where(item => item.lines > MaxLines)
            .Select(item => $"{item.file}: {item.lines}");
        Assert.Empty(tooLong);
    }

    [Fact]
    public void A_slice_uses_only_the_public_folder_of_another()
    {
        var breaches =
            from file in Repository.Files(Features, ".cs")
            let slice = file[Features.Length..].Split('/')[0]
            from Match match in UseOfSlice().Matches(Repository.Read(file))
            where match.Groups["slice"].Value != slice && !match.Groups["public"].Success
            select $"{file}: {match.Value}";
        Assert.Empty(breaches);
    }

    [Fact]
    public void No_test_is_skipped_without_a_reason()
    {
        var silent =
            from file in Repository.Files("tests", ".cs")
            from Match match in Skip().Matches(Repository.Read(file))
            where match.Groups["reason"].Value.Length < 10
            select $"{file}: {match.Value}";
        var silentInBrowser =
            from file in Repository.Files("web-client", ".ts", ".mjs")
            from Match match in SkipInBrowser().Matches(Repository.Read(file))
            where match.Groups["kind"].Value == "only" || !match.Value.Contains('\'', StringComparison.Ordinal)
            select $"{file}: {match.Value}";
        Assert.Empty(silent.Concat(silentInBrowser));
    }

    [Fact]
    public void No_warning_is_silenced_without_saying_why()
    {
        var silent =
            from file in Repository.Files("src", ".cs").Concat(Repository.Files("tests", ".cs"))
            from line in Repository.Read(file).Split('\n')
            where line.TrimStart().StartsWith("#pragma warning disable", StringComparison.Ordinal) && !line.Contains("//", StringComparison.Ordinal)
            select $"{file}: {line.Trim()}";
        Assert.Empty(silent);
    }

    private static bool IsGenerated(string file) =>
        file.EndsWith("/generated.ts", StringComparison.Ordinal) || file.EndsWith(".g.cs", StringComparison.Ordinal)
        || file.EndsWith(".Designer.cs", StringComparison.Ordinal);

    [GeneratedRegex(@"AfterSales\.Video\.Server\.Features\.(?<slice>\w+)(?<public>\.Public\b)?", RegexOptions.None, 1000)]
    private static partial Regex UseOfSlice();

    [GeneratedRegex(@"\bSkip\s*=\s*(nameof\([^)]*\)|""(?<reason>[^""]*)"")", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Skip();

    [GeneratedRegex(@"\b(test|it|describe)\.(?<kind>only|skip|fixme)\b[^;\n]*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SkipInBrowser();
}
