using AfterSales.Video.Storage.Remote;
using AfterSales.Video.Storage.S3;

namespace AfterSales.Video.Storage.Tests.Servers;

/// <summary>s3rver speaks S3 but ignores If-None-Match, checksums and wrong signatures, and has no tags on write, versions or locks: the plainest store there is.</summary>
public sealed class S3Server() : NodeServer("start-s3.mjs", "{folder}"), IStoreServer
{
    public Task<RemoteEvidenceStore> OpenAsync(Uri address, StoreTrial trial) => Task.FromResult(S3Store.Create(
        new S3StoreSettings
        {
            Endpoint = address.GetLeftPart(UriPartial.Authority),
            Bucket = trial.WrongPlace ? "elsewhere" : "evidence",
            AccessKeyId = trial.WrongSecret ? "nobody" : "S3RVER",
            SecretAccessKey = "S3RVER",
            Prefix = trial.Prefix,
            RetryDelayMilliseconds = trial.RetryDelayMilliseconds,
            RequestTimeoutSeconds = trial.RequestTimeoutSeconds,
        },
        TimeProvider.System));
}
