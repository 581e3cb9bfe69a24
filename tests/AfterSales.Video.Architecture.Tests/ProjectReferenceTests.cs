using System.Xml.Linq;

namespace AfterSales.Video.Architecture.Tests;

/// <summary>The reference table of docs/ARCHITECTURE.md. A line may be narrowed here at any time; to widen it, argue in an ADR.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Contracts"] = [],
        ["Domain"] = [],
        ["Evidence"] = [],
        ["Native"] = [],
        ["Rtc"] = ["Native"],
        ["Sfu"] = ["Rtc"],
        ["Recording"] = ["Sfu", "Evidence", "Native"],
        ["Storage"] = ["Evidence"],
        ["Verify"] = ["Evidence"],
        ["Server"] = ["Contracts", "Domain", "Evidence", "Native", "Rtc", "Sfu", "Recording", "Storage"],
    };

    /// <summary>What a judge or a fuzzer questions, and the wire, need nothing but the BCL.</summary>
    private static readonly string[] WithoutPackages = ["Contracts", "Domain", "Evidence", "Native", "Rtc", "Sfu", "Recording", "Verify"];

    /// <summary>Parts of .NET that come as packages: RFC 3161 and CMS.</summary>
    private static readonly string[] PartsOfDotNet = ["System.Security.Cryptography.Pkcs"];

    public static TheoryData<string> Projects => [.. Repository.Files("src", ".csproj")];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_table_allows(string project)
    {
        Assert.True(Allowed.TryGetValue(NameOf(project), out var allowed), $"{project} is not in the table.");
        Assert.Empty(Values(project, "ProjectReference", "Include").Select(NameOf).Except(allowed, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_native_may_hold_unsafe_code(string project)
    {
        var isUnsafe = XDocument.Parse(Repository.Read(project)).Descendants("AllowUnsafeBlocks").Any(e => e.Value.Trim() == "true");
        Assert.Equal(NameOf(project) == "Native", isUnsafe);
    }

    [Fact]
    public void Unsafe_code_is_not_allowed_for_all_projects_at_once() =>
        Assert.DoesNotContain("AllowUnsafeBlocks", Repository.Read("Directory.Build.props"), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Projects))]
    public void Pure_cores_and_the_media_path_use_no_packages(string project)
    {
        if (WithoutPackages.Contains(NameOf(project), StringComparer.Ordinal))
        {
            Assert.Empty(Values(project, "PackageReference", "Include").Except(PartsOfDotNet, StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Foreign_functions_are_called_from_native_only()
    {
        var callers = Repository.Files("src", ".cs")
            .Where(f => !f.StartsWith("src/AfterSales.Video.Native/", StringComparison.Ordinal))
            .Where(f => Repository.Read(f) is var text && (text.Contains("[LibraryImport", StringComparison.Ordinal) || text.Contains("[DllImport", StringComparison.Ordinal)));
        Assert.Empty(callers);
    }

    [Fact]
    public void Versions_of_packages_stand_in_one_place() =>
        Assert.DoesNotContain(
            Repository.Files("src", ".csproj").Concat(Repository.Files("tests", ".csproj")),
            project => Values(project, "PackageReference", "Version").Any());

    private static string NameOf(string project) =>
        Path.GetFileNameWithoutExtension(project.Replace('\\', '/')).Replace("AfterSales.Video.", "", StringComparison.Ordinal);

    private static IEnumerable<string> Values(string project, string element, string attribute) =>
        XDocument.Parse(Repository.Read(project)).Descendants(element).Attributes(attribute).Select(a => a.Value);
}
