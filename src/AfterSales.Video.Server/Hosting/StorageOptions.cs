using AfterSales.Video.Storage.AzureBlobs;
using AfterSales.Video.Storage.S3;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Hosting;

/// <summary>Section "Storage": where recordings are kept (docs/operations/storage.md).</summary>
internal sealed class StorageOptions
{
    public const string Section = "Storage";
    public const string FileSystem = "file_system";
    public const string S3Kind = "s3";
    public const string AzureKind = "azure";

    /// <summary>"file_system", "s3" or "azure". One place at a time: recordings are not moved when it changes.</summary>
    public string Kind { get; set; } = FileSystem;

    /// <summary>Folder for file_system, for example on another disk; empty takes "evidence" in the data folder.</summary>
    public string Folder { get; set; } = "";

    public S3StoreSettings S3 { get; set; } = new();

    public AzureStoreSettings Azure { get; set; } = new();
}

/// <summary>Reports every fault of the section at once, each with its key and what to write.</summary>
internal sealed class StorageOptionsValidator(TimeProvider time) : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var faults = options.Kind switch
        {
            StorageOptions.FileSystem => Leftovers(options),
            StorageOptions.S3Kind => Faults(() => S3Store.Create(options.S3, time).Dispose()),
            StorageOptions.AzureKind => Faults(() => AzureStore.Create(options.Azure, time).Dispose()),
            _ => ["Storage:Kind must be file_system, s3 or azure."],
        };
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>Whoever names a bucket believes that recordings go there.</summary>
    private static List<string> Leftovers(StorageOptions options)
    {
        var faults = new List<string>();
        if (options.S3.Bucket.Length > 0)
            faults.Add("Storage:S3:Bucket is set, but Storage:Kind is file_system: write Storage:Kind s3, or remove Storage:S3.");
        if (options.Azure.Container.Length > 0)
            faults.Add("Storage:Azure:Container is set, but Storage:Kind is file_system: write Storage:Kind azure, or remove Storage:Azure.");
        return faults;
    }

    private static List<string> Faults(Action create)
    {
        try
        {
            create();
            return [];
        }
        catch (ArgumentException e)
        {
            return [.. e.Message.Split('\n').Select(line => line.Split(" (Parameter ", StringSplitOptions.None)[0])];
        }
    }
}
