using AfterSales.Video.Evidence;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.Recording.Recovery;
using AfterSales.Video.Recording.Segments;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Recordings;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Features.Signalling;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Hosting;

/// <summary>Media loop, rooms, recorder and muxer behind their seams.</summary>
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
        services.AddSingleton(Uploader);
        services.AddSingleton<ICallMuxer>(Muxer);
        services.AddSingleton<IJournalRecovery>(provider => new JournalRecovery(folder.Journals, provider.GetRequiredService<IRecordingKeys>()));
        return services;
    }

    private static CallRecorder Recorder(IServiceProvider provider, DataFolder folder)
    {
        // Only when the first report comes: what works on it needs the calls, which need this.
        var watch = new Lazy<RecorderWatch>(provider.GetRequiredService<RecorderWatch>);
        var options = provider.GetRequiredService<IOptions<RecordingOptions>>().Value
            .ToRecorder(folder.Journals, head => watch.Value.OnHead(head), alarm => watch.Value.OnAlarm(alarm), provider.GetService<DiskSpace>());
        return new CallRecorder(options, provider.GetRequiredService<TimeProvider>());
    }

    private static SegmentUploader Uploader(IServiceProvider provider)
    {
        var watch = new Lazy<RecorderWatch>(provider.GetRequiredService<RecorderWatch>);
        var options = new SegmentUploaderOptions
        {
            SegmentSpan = provider.GetRequiredService<IOptions<RecordingOptions>>().Value.SegmentInterval,
            OnAlarm = alarm => watch.Value.OnAlarm(alarm),
        };
        return new SegmentUploader(provider.GetRequiredService<IEvidenceStore>(), options, provider.GetRequiredService<TimeProvider>());
    }

    private static CallMuxer Muxer(IServiceProvider provider)
    {
        var media = provider.GetRequiredService<IOptions<MediaOptions>>().Value;
        return new CallMuxer(new MuxerOptions { FfmpegPath = media.FfmpegPath, FfprobePath = media.FfprobePath }, provider.GetRequiredService<TimeProvider>());
    }
}
