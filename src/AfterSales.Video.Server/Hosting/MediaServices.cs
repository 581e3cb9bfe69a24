using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Native;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.Recording.Recovery;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Recordings;
using AfterSales.Video.Server.Features.Signalling;
using AfterSales.Video.Storage.FileSystem;
using AfterSales.Video.Storage.Sealing;
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
        services.AddSingleton<ICallRecorder>(provider => Recorder(provider, folder));
        services.AddSingleton<ICallMuxer>(Muxer);
        services.AddSingleton<IJournalRecovery>(provider => new JournalRecovery(folder.Journals, provider.GetRequiredService<IRecordingKeys>()));
        services.AddSingleton(provider => new FileSystemEvidenceStore(
            new FileSystemEvidenceStoreOptions { Root = folder.Evidence, SyncFile = FileSync.DataSync, SyncDirectory = FileSync.SyncDirectory },
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IEvidenceStore>(provider => new EncryptedEvidenceStore(
            provider.GetRequiredService<FileSystemEvidenceStore>(), provider.GetRequiredService<IRecordingKeys>()));
        return services;
    }

    private static CallRecorder Recorder(IServiceProvider provider, DataFolder folder)
    {
        // Only when the first report comes: what works on it needs the calls, which need this.
        var watch = new Lazy<RecorderWatch>(provider.GetRequiredService<RecorderWatch>);
        var options = new CallRecorderOptions
        {
            SpoolFolder = folder.Journals,
            OnCheckpoint = head => watch.Value.OnHead(head),
            OnAlarm = alarm => watch.Value.OnAlarm(alarm),
        };
        return new CallRecorder(options, provider.GetRequiredService<TimeProvider>());
    }

    private static CallMuxer Muxer(IServiceProvider provider)
    {
        var media = provider.GetRequiredService<IOptions<MediaOptions>>().Value;
        return new CallMuxer(new MuxerOptions { FfmpegPath = media.FfmpegPath, FfprobePath = media.FfprobePath }, provider.GetRequiredService<TimeProvider>());
    }
}
