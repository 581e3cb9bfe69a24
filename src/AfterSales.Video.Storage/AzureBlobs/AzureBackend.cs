using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using AfterSales.Video.Storage.Remote;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace AfterSales.Video.Storage.AzureBlobs;

/// <summary>Only the block API: Upload and OpenWrite need an assembly that is left out (see the project file).</summary>
internal sealed class AzureBackend(BlobContainerClient container, AzureStoreSettings settings) : IObjectBackend
{
    private bool _tags = true;

    public void Dispose()
    {
        // The client holds nothing.
    }

    public async Task<RemoteObject?> HeadAsync(string name, CancellationToken ct)
    {
        try
        {
            var head = (await container.GetBlobBaseClient(name).GetPropertiesAsync(cancellationToken: ct)).Value;
            var (sha256, writeId, writtenAt) = RemoteAttributes.Read(key => head.Metadata.TryGetValue(key, out var value) ? value : null, head.LastModified);
            // A retention that has run out no longer refuses; the service says so itself when it has not.
            return new RemoteObject(name, head.ContentLength, head.ETag.ToString(), head.VersionId, head.ContentType ?? "", sha256, writeId, writtenAt, head.HasLegalHold);
        }
        catch (RequestFailedException e) when (e.Status == 404 && e.ErrorCode != BlobErrorCode.ContainerNotFound)
        {
            return null;
        }
    }

    public async Task<bool> PutAsync(string name, ReadOnlyMemory<byte> content, RemoteAttributes attributes, CancellationToken ct)
    {
        var upload = new BlockUpload(container.GetBlockBlobClient(name), attributes, _tags);
        if (!content.IsEmpty)
            await upload.SendAsync(1, content, ct);
        return await upload.CompleteAsync(ct);
    }

    public Task<IPartUpload> BeginPartsAsync(string name, RemoteAttributes attributes, CancellationToken ct) =>
        Task.FromResult<IPartUpload>(new BlockUpload(container.GetBlockBlobClient(name), attributes, _tags));

    public async Task<Stream> OpenRangeAsync(RemoteObject remote, long from, int length, CancellationToken ct)
    {
        var options = new BlobDownloadOptions { Range = new HttpRange(from, length), Conditions = new BlobRequestConditions { IfMatch = new ETag(remote.ETag) } };
        return (await container.GetBlobBaseClient(remote.Name).DownloadStreamingAsync(options, ct)).Value.Content;
    }

    public async Task<(IReadOnlyList<string> Names, string? Next)> ListAsync(string prefix, string? page, CancellationToken ct)
    {
        await foreach (var found in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, ct).AsPages(page))
            return ([.. found.Values.Select(b => b.Name)], string.IsNullOrEmpty(found.ContinuationToken) ? null : found.ContinuationToken);
        return ([], null);
    }

    public async Task DeleteAsync(RemoteObject remote, CancellationToken ct)
    {
        var blob = container.GetBlobBaseClient(remote.Name);
        await IgnoringMissingAsync(blob.DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, new BlobRequestConditions { IfMatch = new ETag(remote.ETag) }, ct));
        // With versions, deleting turns the current one into a former one: that has to go too.
        if (remote.Version is not null)
            await IgnoringMissingAsync(blob.WithVersion(remote.Version).DeleteAsync(cancellationToken: ct));
    }

    public async Task<bool> SetLegalHoldAsync(RemoteObject remote, bool held, CancellationToken ct)
    {
        await container.GetBlobBaseClient(remote.Name).SetLegalHoldAsync(held, ct);
        return true;
    }

    public async Task<bool> RetainUntilAsync(RemoteObject remote, DateTimeOffset until, CancellationToken ct)
    {
        var mode = settings.RetentionMode == "locked" ? BlobImmutabilityPolicyMode.Locked : BlobImmutabilityPolicyMode.Unlocked;
        await container.GetBlobBaseClient(remote.Name).SetImmutabilityPolicyAsync(new BlobImmutabilityPolicy { ExpiresOn = until, PolicyMode = mode }, cancellationToken: ct);
        return true;
    }

    public async Task<StoreCapabilities> ProbeAsync(string name, RequestRetry retry, CancellationToken ct)
    {
        (_tags, var capabilities) = await new AzureProbe(container, this, retry).RunAsync(name, ct);
        return capabilities;
    }

    public bool IsTransient(Exception e) => e is RequestFailedException { Status: 0 or 408 or 429 or (>= 500 and not 501 and not 507) } or RequestFailedException { ErrorCode: "Md5Mismatch" };

    public (string Reason, string Message)? Explain(Exception e) => e is not RequestFailedException failed ? null : failed switch
    {
        { Status: 412 } => ("damaged", "the object was replaced in the store while it was read"),
        { Status: 507 } => ("no_space", $"the store is full ({failed.ErrorCode})"),
        { ErrorCode: "BlobImmutableDueToPolicy" } => ("held", "the store keeps it under a legal hold or retention"),
        { ErrorCode: "ContainerNotFound" } => ("unavailable", $"there is no container {container.Name} in account {container.AccountName}: create it, or correct Storage:Azure:Container"),
        { Status: 401 or 403 } => ("unavailable", $"account {container.AccountName} refuses this ({failed.ErrorCode}): check Storage:Azure:ConnectionString and its rights to read, write, tag, list and delete"),
        { Status: 0 } => ("unavailable", $"account {container.AccountName} cannot be reached: {failed.Message}"),
        _ => ("unavailable", $"account {container.AccountName} answered {failed.Status} {failed.ErrorCode}"),
    };

    private static async Task IgnoringMissingAsync(Task request)
    {
        try
        {
            await request;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // Deleted by an earlier attempt whose reply got lost.
        }
    }
}

/// <summary>Blocks of one blob. Their ids hold the write's id, so that two writers of one name never mix.</summary>
internal sealed class BlockUpload(BlockBlobClient blob, RemoteAttributes attributes, bool tags) : IPartUpload
{
    private readonly SortedDictionary<int, string> _blocks = [];

    [SuppressMessage("Security", "CA5351", Justification = "Content-MD5 is what the service checks; it guards against line errors, the manifest holds SHA-256.")]
    public static byte[] Md5(ReadOnlySpan<byte> content) => MD5.HashData(content);

    public async Task<bool> SendAsync(int number, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var id = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{attributes.WriteId}-{number:D5}"));
        using var stream = MemoryMarshal.TryGetArray(content, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);
        await blob.StageBlockAsync(id, stream, Md5(content.Span), null, null, ct);
        _blocks[number] = id;
        return true;
    }

    public async Task<bool> CompleteAsync(CancellationToken ct)
    {
        var options = new CommitBlockListOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = attributes.ContentType },
            Metadata = attributes.ToMetadata(),
            Tags = tags ? new Dictionary<string, string>(attributes.Tags, StringComparer.Ordinal) : null,
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
        };
        try
        {
            await blob.CommitBlockListAsync(_blocks.Values, options, ct);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 || e.ErrorCode == BlobErrorCode.InvalidBlockList)
        {
            // InvalidBlockList: committed before, and the reply got lost; who wrote what is there is told by its write id.
            return false;
        }
    }

    /// <summary>Blocks that are not committed disappear by themselves after a week.</summary>
    public Task AbortAsync(CancellationToken ct) => Task.CompletedTask;
}
