using AfterSales.Video.Storage.AzureBlobs;
using AfterSales.Video.Storage.S3;

namespace AfterSales.Video.Storage.Tests;

public sealed class RemoteStoreSettingsTests
{
    [Fact]
    public void Every_wrong_setting_is_named_at_once()
    {
        var s3 = new S3StoreSettings
        {
            Endpoint = "minio:9000",
            Region = "",
            Bucket = "My Bucket",
            AccessKeyId = "a",
            RetentionMode = "forever",
            Prefix = "/x",
            RequestTimeoutSeconds = 0,
            MaxAttempts = 0,
            RetryDelayMilliseconds = 0,
            SpoolFolder = "/does/not/exist",
        };
        string[] keys = ["Endpoint", "Region", "Bucket", "AccessKeyId", "RetentionMode", "Prefix", "RequestTimeoutSeconds", "MaxAttempts", "RetryDelayMilliseconds", "SpoolFolder"];
        Assert.Equal(keys.Select(k => $"Storage:S3:{k}"), s3.Problems("Storage:S3").Select(p => p.Split(' ')[0]), StringComparer.Ordinal);
        Assert.Equal(["Storage:Azure:ConnectionString", "Storage:Azure:Container"], new AzureStoreSettings().Problems("Storage:Azure").Select(p => p.Split(' ')[0]), StringComparer.Ordinal);
    }

    [Fact]
    public void Good_settings_have_no_problems()
    {
        Assert.Empty(new S3StoreSettings { Endpoint = "https://minio.example.com:9000", Bucket = "evidence", AccessKeyId = "a", SecretAccessKey = "b", Prefix = "hub-1/evidence" }.Problems("Storage:S3"));
        Assert.Empty(new S3StoreSettings { Region = "eu-central-1", Bucket = "evidence" }.Problems("Storage:S3"));
        Assert.Empty(new AzureStoreSettings { ConnectionString = "AccountName=a;AccountKey=b", Container = "evidence" }.Problems("Storage:Azure"));
    }

    [Fact]
    public void A_broken_connection_string_is_not_repeated()
    {
        var settings = new AzureStoreSettings { ConnectionString = "AccountName=a;AccountKey=secret!!", Container = "evidence" };
        var refusal = Assert.ThrowsAny<ArgumentException>(() => AzureStore.Create(settings, TimeProvider.System));
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }
}
