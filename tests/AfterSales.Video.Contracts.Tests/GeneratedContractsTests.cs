using AfterSales.Video.Contracts.Http;

namespace AfterSales.Video.Contracts.Tests;

public sealed class GeneratedContractsTests
{
    [Fact]
    public void The_typescript_contracts_are_what_the_csharp_contracts_say()
    {
        var path = Path.Combine(RepositoryRoot(), "web-client", "src", "contracts", "generated.ts");
        var expected = TypeScriptGenerator.Generate(typeof(SessionView).Assembly);
        if (Environment.GetEnvironmentVariable("UPDATE_CONTRACTS") == "1")
            File.WriteAllText(path, expected);

        Assert.True(File.Exists(path) && File.ReadAllText(path) == expected, "Run `make contracts` and commit web-client/src/contracts/generated.ts.");
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "AfterSales.Video.sln")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
