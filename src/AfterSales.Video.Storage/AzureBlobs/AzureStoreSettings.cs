using AfterSales.Video.Storage.Remote;

namespace AfterSales.Video.Storage.AzureBlobs;

public sealed class AzureStoreSettings : RemoteStoreSettings
{
    /// <summary>With AccountKey or SharedAccessSignature; from the portal, "Access keys".</summary>
    public string ConnectionString { get; init; } = "";

    /// <summary>Must exist.</summary>
    public string Container { get; init; } = "";

    /// <summary>"unlocked" (can be shortened) or "locked" (cannot): for retention set on single blobs.</summary>
    public string RetentionMode { get; init; } = "unlocked";

    protected override IEnumerable<string> OwnProblems(string section)
    {
        if (!ConnectionString.Split(';').Any(p => p.StartsWith("AccountName=", StringComparison.Ordinal) || p.StartsWith("BlobEndpoint=", StringComparison.Ordinal)))
            yield return $"{section}:ConnectionString must be an Azure storage connection string (AccountName=…;AccountKey=… or BlobEndpoint=…;SharedAccessSignature=…).";
        if (Container.Length is < 3 or > 63 || !Container.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') || Container.StartsWith('-') || Container.EndsWith('-'))
            yield return $"{section}:Container must be 3 to 63 of [a-z0-9-] without - at the ends, the name of a container that exists.";
        if (RetentionMode is not ("unlocked" or "locked"))
            yield return $"{section}:RetentionMode must be unlocked or locked.";
    }
}
