using AfterSales.Video.Storage.Remote;
using Azure.Storage.Blobs;

namespace AfterSales.Video.Storage.AzureBlobs;

/// <summary>Makes the store over Azure Blob storage.</summary>
public static class AzureStore
{
    /// <exception cref="ArgumentException">The settings are wrong: every fault, one a line.</exception>
    public static RemoteEvidenceStore Create(AzureStoreSettings settings, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Problems("Storage:Azure") is { Count: > 0 } problems)
            throw new ArgumentException(string.Join('\n', problems), nameof(settings));
        // RequestRetry repeats; two policies on top of each other would multiply.
        var options = new BlobClientOptions { Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromSeconds(settings.RequestTimeoutSeconds) } };
        try
        {
            return new RemoteEvidenceStore(new AzureBackend(new BlobContainerClient(settings.ConnectionString, settings.Container, options), settings), settings, time);
        }
        catch (FormatException e)
        {
            throw new ArgumentException("Storage:Azure:ConnectionString is not a connection string: copy it whole from the portal.", nameof(settings), e);
        }
    }
}
