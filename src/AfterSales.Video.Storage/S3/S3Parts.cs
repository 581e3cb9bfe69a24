using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using AfterSales.Video.Storage.Remote;
using Amazon.S3;
using Amazon.S3.Model;

namespace AfterSales.Video.Storage.S3;

internal sealed class S3Parts(IAmazonS3 client, string bucket, string name, string uploadId, S3WriteStyle style) : IPartUpload
{
    private readonly SortedDictionary<int, PartETag> _parts = [];

    public static MemoryStream StreamOf(ReadOnlyMemory<byte> content) => MemoryMarshal.TryGetArray(content, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(content.ToArray(), writable: false);

    /// <summary>Base64, as in Content-MD5.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "Content-MD5 guards against line errors where a store knows nothing better; the manifest holds SHA-256.")]
    public static string Md5(ReadOnlySpan<byte> content) => Convert.ToBase64String(MD5.HashData(content));

    public async Task<bool> SendAsync(int number, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var sha256 = style.Checksum == "sha256" ? Convert.ToBase64String(SHA256.HashData(content.Span)) : null;
        var request = new UploadPartRequest
        {
            BucketName = bucket,
            Key = name,
            UploadId = uploadId,
            PartNumber = number,
            PartSize = content.Length,
            InputStream = StreamOf(content),
            UseChunkEncoding = false,
            ChecksumSHA256 = sha256,
            MD5Digest = style.Checksum == "md5" ? Md5(content.Span) : null,
        };
        var sent = await client.UploadPartAsync(request, ct);
        _parts[number] = new PartETag { PartNumber = number, ETag = sent.ETag, ChecksumSHA256 = sha256 };
        return true;
    }

    public async Task<bool> CompleteAsync(CancellationToken ct)
    {
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = bucket,
            Key = name,
            UploadId = uploadId,
            PartETags = [.. _parts.Values],
            IfNoneMatch = style.Conditional ? "*" : null,
        };
        try
        {
            await client.CompleteMultipartUploadAsync(request, ct);
            return true;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed || e.ErrorCode == "NoSuchUpload")
        {
            // NoSuchUpload: completed before, and the reply got lost; who wrote what is there is told by its write id.
            return false;
        }
    }

    public Task AbortAsync(CancellationToken ct) =>
        client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = bucket, Key = name, UploadId = uploadId }, ct);
}
