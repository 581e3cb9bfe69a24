using AfterSales.Video.Storage.Remote;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace AfterSales.Video.Storage.AzureBlobs;

/// <summary>Tries a container: every answer comes from what happened.</summary>
internal sealed class AzureProbe(BlobContainerClient container, AzureBackend backend, RequestRetry retry)
{
    private static readonly byte[] Content = "aftersales.video probe"u8.ToArray();

    private static readonly RemoteAttributes Attributes = new(
        "text/plain", new Dictionary<string, string>(StringComparer.Ordinal) { ["purpose"] = "probe" }, "", "probe", DateTimeOffset.UnixEpoch);

    public async Task<(bool Tags, StoreCapabilities Capabilities)> RunAsync(string name, CancellationToken ct)
    {
        // First: it says most clearly what is wrong with account or container.
        var properties = (await retry.RunAsync(t => container.GetPropertiesAsync(cancellationToken: t), ct)).Value;
        try
        {
            var tags = await TagsAsync(name, ct);
            var written = await retry.RunAsync(t => new BlockUpload(container.GetBlockBlobClient(name), Attributes, tags).CompleteAsync(t), ct);
            var blob = (await retry.RunAsync(t => container.GetBlobBaseClient(name).GetPropertiesAsync(cancellationToken: t), ct)).Value;
            var protects = properties.HasImmutableStorageWithVersioning;
            return (tags, new StoreCapabilities(
                "azure", $"{container.AccountName} {container.Name}", WormOf(properties, blob), WriteOnce: !written, await ChecksumAsync(name, ct), tags,
                Versions: blob.VersionId is not null, LegalHold: protects, Retention: protects));
        }
        finally
        {
            await TryAsync(
                async t =>
                {
                    if (await backend.HeadAsync(name, t) is { } remote)
                        await backend.DeleteAsync(remote, t);
                },
                ct);
        }
    }

    /// <summary>A container's policy does not say here whether it is locked: then the weaker is claimed. A blob's own says it.</summary>
    private static WormState WormOf(BlobContainerProperties properties, BlobProperties blob) => blob.ImmutabilityPolicy?.PolicyMode switch
    {
        BlobImmutabilityPolicyMode.Locked => WormState.Locked,
        BlobImmutabilityPolicyMode.Unlocked => WormState.Unlocked,
        _ => properties.HasImmutabilityPolicy == true || properties.HasImmutableStorageWithVersioning ? WormState.Unlocked : WormState.None,
    };

    /// <summary>Accounts with hierarchical names have no tags, and keys may lack the right to them. Writes the probe object in any case.</summary>
    private async Task<bool> TagsAsync(string name, CancellationToken ct)
    {
        var blob = container.GetBlockBlobClient(name);
        var tagged = await TryAsync(t => new BlockUpload(blob, Attributes, tags: true).CompleteAsync(t), ct)
            && await TryAsync(
                async t =>
                {
                    if (!(await blob.GetTagsAsync(cancellationToken: t)).Value.Tags.ContainsKey("purpose"))
                        throw new RequestFailedException(501, "the tag was dropped");
                },
                ct);
        if (!tagged)
            await retry.RunAsync(t => new BlockUpload(blob, Attributes, tags: false).CompleteAsync(t), ct);
        return tagged;
    }

    /// <summary>A digest counts as checked when a wrong one is refused.</summary>
    private async Task<string> ChecksumAsync(string name, CancellationToken ct)
    {
        var blob = container.GetBlockBlobClient(name + "-digest");
        return await retry.RunAsync(
            async t =>
            {
                try
                {
                    using var content = new MemoryStream(Content, writable: false);
                    await blob.StageBlockAsync(Convert.ToBase64String("probe"u8), content, new byte[16], null, null, t);
                    return "none";
                }
                catch (RequestFailedException e) when (e.Status == 400)
                {
                    return "md5";
                }
            },
            ct);
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> request, CancellationToken ct)
    {
        try
        {
            await retry.RunAsync(request, ct);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is (>= 400 and < 500) or 501)
        {
            return false;
        }
    }
}
