using AfterSales.Video.Server.IntegrationTests.Support;

namespace AfterSales.Video.Server.IntegrationTests;

public sealed class ApiDocumentTests
{
    /// <summary>UPDATE_CONTRACTS=1 (`make contracts`) writes it.</summary>
    [Fact]
    public async Task The_committed_api_document_is_what_the_server_serves()
    {
        await using var hub = await TestHub.StartAsync();
        using var client = hub.Client();
        var served = (await client.GetStringAsync("/openapi/v1.json")).ReplaceLineEndings("\n") + "\n";
        var path = Path.Combine(RepositoryRoot(), "web-client", "src", "contracts", "openapi.json");
        if (Environment.GetEnvironmentVariable("UPDATE_CONTRACTS") == "1")
            await File.WriteAllTextAsync(path, served);

        Assert.True(File.Exists(path) && await File.ReadAllTextAsync(path) == served, "Run `make contracts` and commit web-client/src/contracts/openapi.json.");
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "AfterSales.Video.sln")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
