using System.Net;
using AfterSales.Video.Storage.Remote;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace AfterSales.Video.Storage.S3;

/// <summary>Tries a bucket: servers say yes to headers that they ignore, so every answer comes from what happened.</summary>
internal sealed class S3Probe(IAmazonS3 client, S3Backend backend, S3StoreSettings settings, RequestRetry retry, TimeProvider time)
{
    private static readonly byte[] Content = "aftersales.video probe"u8.ToArray();
    private static readonly byte[] Other = "something else"u8.ToArray();

    /// <summary>From the best to the plainest: some servers refuse what they do not know.</summary>
    private static readonly S3WriteStyle[] Styles =
    [
        new(true, "sha256", true), new(true, "sha256", false), new(true, "md5", true), new(true, "none", false), new(false, "md5", true), new(false, "none", false),
    ];

    private readonly RemoteAttributes _attributes = new(
        "text/plain", new Dictionary<string, string>(StringComparer.Ordinal) { ["purpose"] = "probe" }, "", "", time.GetUtcNow());

    public async Task<(S3WriteStyle Style, StoreCapabilities Capabilities)> RunAsync(string name, CancellationToken ct)
    {
        try
        {
            var style = await AcceptedStyleAsync(name, ct);
            style = style with
            {
                Tags = style.Tags && await HasTagAsync(name, ct),
                Conditional = style.Conditional && !await PutAsync(name, style, Content, ct),
                Checksum = await CheckedDigestAsync(name + "-digest", style, ct),
            };
            var versions = await TryAsync(async t => (await client.GetBucketVersioningAsync(settings.Bucket, t)).VersioningConfig?.Status == VersionStatus.Enabled, ct);
            var (worm, locks) = await WormAsync(ct);
            var place = $"{(settings.Endpoint.Length > 0 ? settings.Endpoint : $"AWS {settings.Region}")} {settings.Bucket}";
            return (style, new StoreCapabilities("s3", place, worm, style.Conditional, style.Checksum, style.Tags, versions, LegalHold: locks, Retention: locks));
        }
        finally
        {
            await RemoveAsync(name, ct);
            await RemoveAsync(name + "-digest", ct);
        }
    }

    private async Task<S3WriteStyle> AcceptedStyleAsync(string name, CancellationToken ct)
    {
        foreach (var style in Styles)
        {
            try
            {
                await PutAsync(name, style, Content, ct);
                return style;
            }
            catch (AmazonServiceException e) when (style != Styles[^1] && e.StatusCode is HttpStatusCode.NotImplemented or HttpStatusCode.BadRequest)
            {
                // A plainer one, then.
            }
        }

        throw new InvalidOperationException("The last style is tried without a net.");
    }

    /// <summary>A digest counts as checked when a wrong one is refused.</summary>
    private async Task<string> CheckedDigestAsync(string name, S3WriteStyle style, CancellationToken ct)
    {
        foreach (var checksum in style.Checksum == "sha256" ? (string[])["sha256", "md5"] : ["md5"])
        {
            if (!await retry.RunAsync(t => TakesWrongDigestAsync(name, checksum, t), ct))
                return checksum;
        }

        return "none";
    }

    private async Task<bool> TakesWrongDigestAsync(string name, string checksum, CancellationToken ct)
    {
        try
        {
            return await backend.PutAsync(name, Content, _attributes, new S3WriteStyle(false, checksum, false), Other, ct);
        }
        catch (AmazonServiceException e) when (e.StatusCode == HttpStatusCode.BadRequest)
        {
            return false;
        }
    }

    private Task<bool> HasTagAsync(string name, CancellationToken ct) => TryAsync(
        async t => (await client.GetObjectTaggingAsync(new GetObjectTaggingRequest { BucketName = settings.Bucket, Key = name }, t)).Tagging?.Any(x => x.Key == "purpose") == true, ct);

    private async Task<(WormState Worm, bool Locks)> WormAsync(CancellationToken ct)
    {
        ObjectLockConfiguration? found = null;
        await TryAsync(
            async t =>
            {
                found = (await client.GetObjectLockConfigurationAsync(new GetObjectLockConfigurationRequest { BucketName = settings.Bucket }, t)).ObjectLockConfiguration;
                return true;
            },
            ct);
        if (found?.ObjectLockEnabled != ObjectLockEnabled.Enabled)
            return (WormState.None, false);
        return (found.Rule?.DefaultRetention?.Mode == ObjectLockRetentionMode.Compliance ? WormState.Locked : WormState.Unlocked, true);
    }

    private Task<bool> PutAsync(string name, S3WriteStyle style, byte[] digested, CancellationToken ct) =>
        retry.RunAsync(t => backend.PutAsync(name, Content, _attributes, style, digested, t), ct);

    /// <summary>False when the store does not know the question or does not answer it to this key.</summary>
    private async Task<bool> TryAsync(Func<CancellationToken, Task<bool>> question, CancellationToken ct)
    {
        try
        {
            return await retry.RunAsync(question, ct);
        }
        catch (AmazonServiceException e) when ((int)e.StatusCode is >= 400 and < 500 || e.StatusCode == HttpStatusCode.NotImplemented)
        {
            return false;
        }
    }

    /// <summary>Default retention may forbid it; then a few bytes stay until their time is over.</summary>
    private Task<bool> RemoveAsync(string name, CancellationToken ct) => TryAsync(
        async t =>
        {
            if (await backend.HeadAsync(name, t) is { } remote)
                await backend.DeleteAsync(remote, t);
            return true;
        },
        ct);
}
