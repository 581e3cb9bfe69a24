namespace AfterSales.Video.TestKit.Stores;

/// <summary>s3rver speaks S3 but ignores If-None-Match, checksums and wrong signatures, and has no tags on write, versions or locks: the plainest store there is.</summary>
public class S3rver() : NodeServer("start-s3.mjs", "{folder}")
{
    public const string Bucket = "evidence";

    /// <summary>s3rver's well-known credentials, both: published in its documentation, no secret.</summary>
    public const string Credential = "S3RVER";
}
