using AfterSales.Video.Evidence;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.Recording.Recovery;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Signalling;

namespace AfterSales.Video.Server.Hosting;

/// <summary>Media loops, rooms, recorder, muxer and store behind their seams.</summary>
internal static class MediaServices
{
    public static IServiceCollection AddMedia(this IServiceCollection services, DataFolder folder)
    {
        _ = folder;
        services.AddSingleton<IMediaRooms, InterimRooms>();
        services.AddSingleton<ICallRecorder, InterimRecorder>();
        services.AddSingleton<ICallMuxer, InterimMuxer>();
        services.AddSingleton<IJournalRecovery, InterimRecovery>();
        services.AddSingleton<IEvidenceStore, InterimStore>();
        return services;
    }
}
