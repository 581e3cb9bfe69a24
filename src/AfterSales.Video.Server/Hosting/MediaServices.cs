using AfterSales.Video.Evidence;
using AfterSales.Video.Native;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.Recording.Recovery;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Signalling;
using AfterSales.Video.Storage.FileSystem;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Hosting;

/// <summary>Media loop, rooms, recorder, muxer and store behind their seams.</summary>
internal static class MediaServices
{
    public static IServiceCollection AddMedia(this IServiceCollection services, DataFolder folder)
    {
        services.AddOptions<MediaOptions>().BindConfiguration(MediaOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<MediaNode>();
        services.AddSingleton<IMediaRooms>(provider => provider.GetRequiredService<MediaNode>());
        services.AddHostedService(provider => provider.GetRequiredService<MediaNode>());
        services.AddHostedService<GracefulEnd>();
        services.AddSingleton<ICallRecorder>(provider => new CallRecorder(
            new CallRecorderOptions { SpoolFolder = folder.Journals }, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ICallMuxer>(Muxer);
        services.AddSingleton<IJournalRecovery>(new JournalRecovery(folder.Journals));
        services.AddSingleton<IEvidenceStore>(provider => new FileSystemEvidenceStore(
            new FileSystemEvidenceStoreOptions { Root = folder.Evidence, SyncFile = FileSync.DataSync, SyncDirectory = FileSync.SyncDirectory },
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    private static CallMuxer Muxer(IServiceProvider provider)
    {
        var media = provider.GetRequiredService<IOptions<MediaOptions>>().Value;
        return new CallMuxer(new MuxerOptions { FfmpegPath = media.FfmpegPath, FfprobePath = media.FfprobePath }, provider.GetRequiredService<TimeProvider>());
    }
}
