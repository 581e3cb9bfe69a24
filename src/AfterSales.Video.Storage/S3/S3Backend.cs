using System.Net;
using System.Security.Cryptography;
using AfterSales.Video.Storage.Remote;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace AfterSales.Video.Storage.S3;

/// <summary>What this store takes with a write; the probe finds it.</summary>
/// <param name="Checksum">"sha256", "md5" or "none".</param>
internal sealed record S3WriteStyle(bool Conditional, string Checksum, bool Tags);

internal sealed class S3Backend(IAmazonS3 client, S3StoreSettings settings, TimeProvider time) : IObjectBackend
{
    private S3WriteStyle _style = new(Conditional: true, "sha256", Tags: true);

    public void Dispose() => client.Dispose();

    public async Task<RemoteObject?> HeadAsync(string name, CancellationToken ct)
    {
        try
        {
            var head = await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = settings.Bucket, Key = name }, ct);
            var modified = new DateTimeOffset(head.LastModified?.ToUniversalTime() ?? DateTime.UnixEpoch);
            var (sha256, writeId, writtenAt) = RemoteAttributes.Read(key => head.Metadata[key], modified);
            var held = head.ObjectLockLegalHoldStatus == ObjectLockLegalHoldStatus.On || head.ObjectLockRetainUntilDate?.ToUniversalTime() > time.GetUtcNow().UtcDateTime;
            return new RemoteObject(name, head.ContentLength, head.ETag, head.VersionId, head.Headers.ContentType ?? "", sha256, writeId, writtenAt, held);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public Task<bool> PutAsync(string name, ReadOnlyMemory<byte> content, RemoteAttributes attributes, CancellationToken ct) =>
        PutAsync(name, content, attributes, _style, content, ct);

    /// <param name="digested">What the stated digest is of; the probe states a wrong one.</param>
    public async Task<bool> PutAsync(
        string name, ReadOnlyMemory<byte> content, RemoteAttributes attributes, S3WriteStyle style, ReadOnlyMemory<byte> digested, CancellationToken ct)
    {
        var request = new PutObjectRequest
        {
            BucketName = settings.Bucket,
            Key = name,
            InputStream = S3Parts.StreamOf(content),
            ContentType = attributes.ContentType,
            UseChunkEncoding = false,
            IfNoneMatch = style.Conditional ? "*" : null,
            TagSet = style.Tags ? TagsOf(attributes) : null,
            ChecksumSHA256 = style.Checksum == "sha256" ? Convert.ToBase64String(SHA256.HashData(digested.Span)) : null,
            MD5Digest = style.Checksum == "md5" ? S3Parts.Md5(digested.Span) : null,
        };
        foreach (var (key, value) in attributes.ToMetadata())
            request.Metadata[key] = value;
        try
        {
            await client.PutObjectAsync(request, ct);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return false;
        }
    }

    public async Task<IPartUpload> BeginPartsAsync(string name, RemoteAttributes attributes, CancellationToken ct)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = settings.Bucket,
            Key = name,
            ContentType = attributes.ContentType,
            TagSet = _style.Tags ? TagsOf(attributes) : null,
            ChecksumAlgorithm = _style.Checksum == "sha256" ? ChecksumAlgorithm.SHA256 : null,
        };
        foreach (var (key, value) in attributes.ToMetadata())
            request.Metadata[key] = value;
        return new S3Parts(client, settings.Bucket, name, (await client.InitiateMultipartUploadAsync(request, ct)).UploadId, _style);
    }

    public async Task<Stream> OpenRangeAsync(RemoteObject remote, long from, int length, CancellationToken ct)
    {
        var request = new GetObjectRequest
        {
            BucketName = settings.Bucket,
            Key = remote.Name,
            VersionId = remote.Version,
            EtagToMatch = remote.ETag,
            ByteRange = new ByteRange(from, from + length - 1),
        };
        return (await client.GetObjectAsync(request, ct)).ResponseStream;
    }

    public async Task<(IReadOnlyList<string> Names, string? Next)> ListAsync(string prefix, string? page, CancellationToken ct)
    {
        var found = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = settings.Bucket, Prefix = prefix, ContinuationToken = page }, ct);
        return ([.. (found.S3Objects ?? []).Select(o => o.Key)], found.IsTruncated == true ? found.NextContinuationToken : null);
    }

    public Task DeleteAsync(RemoteObject remote, CancellationToken ct) =>
        client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = settings.Bucket, Key = remote.Name, VersionId = remote.Version }, ct);

    public async Task<bool> SetLegalHoldAsync(RemoteObject remote, bool held, CancellationToken ct)
    {
        var request = new PutObjectLegalHoldRequest
        {
            BucketName = settings.Bucket,
            Key = remote.Name,
            VersionId = remote.Version,
            LegalHold = new ObjectLockLegalHold { Status = held ? ObjectLockLegalHoldStatus.On : ObjectLockLegalHoldStatus.Off },
        };
        await client.PutObjectLegalHoldAsync(request, ct);
        return true;
    }

    public async Task<bool> RetainUntilAsync(RemoteObject remote, DateTimeOffset until, CancellationToken ct)
    {
        var mode = settings.RetentionMode == "compliance" ? ObjectLockRetentionMode.Compliance : ObjectLockRetentionMode.Governance;
        var request = new PutObjectRetentionRequest
        {
            BucketName = settings.Bucket,
            Key = remote.Name,
            VersionId = remote.Version,
            Retention = new ObjectLockRetention { Mode = mode, RetainUntilDate = until.UtcDateTime },
        };
        await client.PutObjectRetentionAsync(request, ct);
        return true;
    }

    public async Task<StoreCapabilities> ProbeAsync(string name, RequestRetry retry, CancellationToken ct)
    {
        (_style, var capabilities) = await new S3Probe(client, this, settings, retry, time).RunAsync(name, ct);
        return capabilities;
    }

    public bool IsTransient(Exception e) => e switch
    {
        // The answer was cut off, or there was none.
        AmazonUnmarshallingException => true,
        AmazonServiceException { StatusCode: default(HttpStatusCode) } => true,
        AmazonServiceException { ErrorCode: "SlowDown" or "RequestTimeout" or "InternalError" or "ServiceUnavailable" or "ConditionalRequestConflict" or "OperationAborted" or "BadDigest" or "XAmzContentSHA256Mismatch" } => true,
        AmazonServiceException s => s.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            || ((int)s.StatusCode >= 500 && s.StatusCode is not (HttpStatusCode.NotImplemented or HttpStatusCode.InsufficientStorage)),
        AmazonClientException => e.InnerException is IOException or HttpRequestException,
        _ => false,
    };

    public (string Reason, string Message)? Explain(Exception e) => e switch
    {
        AmazonServiceException { StatusCode: HttpStatusCode.InsufficientStorage } or AmazonServiceException { ErrorCode: "QuotaExceeded" or "XMinioStorageFull" } =>
            ("no_space", $"the store is full ({e.Message})"),
        AmazonServiceException { StatusCode: HttpStatusCode.PreconditionFailed } => ("damaged", "the object was replaced in the store while it was read"),
        AmazonServiceException { ErrorCode: "NoSuchBucket" } => ("unavailable", $"there is no bucket {settings.Bucket} at {Place}: create it, or correct Storage:S3:Bucket"),
        AmazonServiceException { ErrorCode: "InvalidAccessKeyId" or "SignatureDoesNotMatch" } =>
            ("unavailable", $"{Place} does not accept the credentials: correct Storage:S3:AccessKeyId, SecretAccessKey or Region"),
        AmazonServiceException { StatusCode: HttpStatusCode.Forbidden } =>
            ("unavailable", $"{Place} forbids this ({e.Message}): the key needs to get, put, tag, list and delete objects in bucket {settings.Bucket}"),
        AmazonServiceException s => ("unavailable", $"{Place} answered {(int)s.StatusCode} {s.ErrorCode}: {s.Message}"),
        AmazonClientException => ("unavailable", $"{Place} cannot be reached: {e.Message}"),
        _ => null,
    };

    private string Place => settings.Endpoint.Length > 0 ? settings.Endpoint : $"AWS {settings.Region}";

    private static List<Tag> TagsOf(RemoteAttributes attributes) => [.. attributes.Tags.Select(t => new Tag { Key = t.Key, Value = t.Value })];
}
