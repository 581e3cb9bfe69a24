using AfterSales.Video.Storage.AzureBlobs;
using AfterSales.Video.Storage.Remote;
using Azure.Storage.Blobs;

namespace AfterSales.Video.Storage.Tests.Servers;

/// <summary>The real protocol of Azure Blob storage; no immutability, no legal hold.</summary>
public sealed class AzuriteServer() : NodeServer(
    "node_modules/azurite/dist/src/blob/main.js", "--blobHost", "127.0.0.1", "--blobPort", "0", "--location", "{folder}", "--disableTelemetry", "--silent", "--skipApiVersionCheck"), IStoreServer
{
    private const string Account = "devstoreaccount1";

    /// <summary>Azurite's well-known key: published in its documentation, no secret.</summary>
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public async Task<RemoteEvidenceStore> OpenAsync(Uri address, StoreTrial trial)
    {
        await new BlobContainerClient(ConnectionString(Address, Key), "evidence").CreateIfNotExistsAsync();
        return AzureStore.Create(
            new AzureStoreSettings
            {
                ConnectionString = ConnectionString(address, trial.WrongSecret ? Convert.ToBase64String(new byte[64]) : Key),
                Container = trial.WrongPlace ? "elsewhere" : "evidence",
                Prefix = trial.Prefix,
                RetryDelayMilliseconds = trial.RetryDelayMilliseconds,
                RequestTimeoutSeconds = trial.RequestTimeoutSeconds,
            },
            TimeProvider.System);
    }

    private static string ConnectionString(Uri address, string key) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={key};BlobEndpoint={address.GetLeftPart(UriPartial.Authority)}/{Account};";
}
