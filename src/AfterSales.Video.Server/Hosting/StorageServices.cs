using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Native;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Storage;
using AfterSales.Video.Storage.AzureBlobs;
using AfterSales.Video.Storage.FileSystem;
using AfterSales.Video.Storage.S3;
using AfterSales.Video.Storage.Sealing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Hosting;

/// <summary>The store that is configured, with everything in it sealed by its recording's key.</summary>
internal static partial class StorageServices
{
    public static IServiceCollection AddStorage(this IServiceCollection services, DataFolder folder)
    {
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.AddSingleton(provider => new OpenStore(Open(
            provider.GetRequiredService<IOptions<StorageOptions>>().Value, folder, provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton<IEvidenceStore>(provider =>
        {
            var logger = provider.GetRequiredService<ILogger<OpenStore>>();
            return new EncryptedEvidenceStore(provider.GetRequiredService<OpenStore>().Store, provider.GetRequiredService<IRecordingKeys>(), key => Log.InClear(logger, key));
        });
        services.TryAddSingleton(provider => (IProtectingStore)provider.GetRequiredService<IEvidenceStore>());
        return services;
    }

    private static IEvidenceStore Open(StorageOptions options, DataFolder folder, TimeProvider time) => options.Kind switch
    {
        StorageOptions.S3Kind => S3Store.Create(options.S3, time),
        StorageOptions.AzureKind => AzureStore.Create(options.Azure, time),
        _ => new FileSystemEvidenceStore(
            new FileSystemEvidenceStoreOptions
            {
                Root = options.Folder.Length > 0 ? Path.GetFullPath(options.Folder) : folder.Evidence,
                SyncFile = FileSync.DataSync,
                SyncDirectory = FileSync.SyncDirectory,
            },
            time),
    };

    /// <summary>What lies below the sealing; the container disposes of it.</summary>
    private sealed class OpenStore(IEvidenceStore store) : IDisposable
    {
        public IEvidenceStore Store => store;

        public void Dispose() => (store as IDisposable)?.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(1562, LogLevel.Warning, "{Key} was stored before recordings were encrypted and is read as it is")]
        public static partial void InClear(ILogger logger, EvidenceKey key);
    }
}
