using AfterSales.Video.Storage.Remote;

namespace AfterSales.Video.Storage.S3;

/// <summary>S3 and what speaks it: AWS, MinIO, Ceph, OSS, COS.</summary>
public sealed class S3StoreSettings : RemoteStoreSettings
{
    /// <summary>For example "https://minio.example.com:9000"; empty: AWS in <see cref="Region"/>.</summary>
    public string Endpoint { get; init; } = "";

    public string Region { get; init; } = "us-east-1";

    /// <summary>Must exist. Object lock, when wanted, can only be switched on for the whole bucket.</summary>
    public string Bucket { get; init; } = "";

    /// <summary>Both keys, or neither: then the AWS SDK looks in its usual places (environment, profile, instance role).</summary>
    public string AccessKeyId { get; init; } = "";

    public string SecretAccessKey { get; init; } = "";

    /// <summary>Bucket in the path instead of the host name; what most stores but AWS need.</summary>
    public bool PathStyle { get; init; } = true;

    /// <summary>"governance" (who has the permission can lift it) or "compliance" (nobody can): for retention set on single objects.</summary>
    public string RetentionMode { get; init; } = "governance";

    protected override IEnumerable<string> OwnProblems(string section)
    {
        if (Endpoint.Length > 0 && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && uri.Query.Length == 0))
            yield return $"{section}:Endpoint must be a http or https address without user and query, for example https://s3.example.com; leave it empty for AWS.";
        if (Region.Length == 0 || !Region.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            yield return $"{section}:Region must be a region name like eu-central-1; for stores without regions use us-east-1.";
        if (Bucket.Length is < 3 or > 63 || !Bucket.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.'))
            yield return $"{section}:Bucket must be 3 to 63 of [a-z0-9-.], the name of a bucket that exists.";
        if (AccessKeyId.Length == 0 != (SecretAccessKey.Length == 0))
            yield return $"{section}:AccessKeyId and {section}:SecretAccessKey belong together: set both, or neither to use the AWS SDK's usual places.";
        if (RetentionMode is not ("governance" or "compliance"))
            yield return $"{section}:RetentionMode must be governance or compliance.";
    }
}
