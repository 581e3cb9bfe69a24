using AfterSales.Video.Storage.Remote;
using AfterSales.Video.Storage.S3;
using AfterSales.Video.TestKit.Stores;

namespace AfterSales.Video.Storage.Tests.Servers;

public sealed class S3Server : S3rver, IStoreServer
{
    public Task<RemoteEvidenceStore> OpenAsync(Uri address, StoreTrial trial) => Task.FromResult(S3Store.Create(
        new S3StoreSettings
        {
            Endpoint = address.GetLeftPart(UriPartial.Authority),
            Bucket = trial.WrongPlace ? "elsewhere" : Bucket,
            AccessKeyId = trial.WrongSecret ? "nobody" : Credential,
            SecretAccessKey = Credential,
            Prefix = trial.Prefix,
            RetryDelayMilliseconds = trial.RetryDelayMilliseconds,
            RequestTimeoutSeconds = trial.RequestTimeoutSeconds,
        },
        TimeProvider.System));
}
