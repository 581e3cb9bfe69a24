using AfterSales.Video.Storage.AzureBlobs;
using AfterSales.Video.Storage.Remote;
using AfterSales.Video.TestKit.Stores;
using Azure.Storage.Blobs;

namespace AfterSales.Video.Storage.Tests.Servers;

public sealed class AzuriteServer : Azurite, IStoreServer
{
    public async Task<RemoteEvidenceStore> OpenAsync(Uri address, StoreTrial trial)
    {
        await new BlobContainerClient(ConnectionString(Address), "evidence").CreateIfNotExistsAsync();
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
}
