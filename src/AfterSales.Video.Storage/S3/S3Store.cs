using AfterSales.Video.Storage.Remote;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace AfterSales.Video.Storage.S3;

/// <summary>Makes the store over S3.</summary>
public static class S3Store
{
    /// <exception cref="ArgumentException">The settings are wrong: every fault, one a line.</exception>
    public static RemoteEvidenceStore Create(S3StoreSettings settings, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Problems("Storage:S3") is { Count: > 0 } problems)
            throw new ArgumentException(string.Join('\n', problems), nameof(settings));
        var config = ConfigOf(settings);
        var client = settings.AccessKeyId.Length > 0
            ? new AmazonS3Client(new BasicAWSCredentials(settings.AccessKeyId, settings.SecretAccessKey), config)
            : new AmazonS3Client(config);
        return new RemoteEvidenceStore(new S3Backend(client, settings, time), settings, time);
    }

    private static AmazonS3Config ConfigOf(S3StoreSettings settings)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = settings.PathStyle,
            // RequestRetry repeats; two policies on top of each other would multiply.
            MaxErrorRetry = 0,
            Timeout = TimeSpan.FromSeconds(settings.RequestTimeoutSeconds),
            // Digests are stated where the store was found to check them; trailing checksums break several stores.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (settings.Endpoint.Length > 0)
            (config.ServiceURL, config.AuthenticationRegion) = (settings.Endpoint, settings.Region);
        else
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(settings.Region);
        return config;
    }
}
