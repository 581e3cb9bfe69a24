namespace AfterSales.Video.TestKit.Stores;

/// <summary>The real protocol of Azure Blob storage; no immutability, no legal hold. Its containers are for the test to make.</summary>
public class Azurite() : NodeServer(
    "node_modules/azurite/dist/src/blob/main.js", "--blobHost", "127.0.0.1", "--blobPort", "0", "--location", "{folder}", "--disableTelemetry", "--silent", "--skipApiVersionCheck")
{
    /// <summary>Azurite's well-known key: published in its documentation, no secret.</summary>
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private const string Account = "devstoreaccount1";

    /// <param name="address">Its own, or a proxy's before it.</param>
    public static string ConnectionString(Uri address, string key = Key) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={key};BlobEndpoint={address.GetLeftPart(UriPartial.Authority)}/{Account};";
}
