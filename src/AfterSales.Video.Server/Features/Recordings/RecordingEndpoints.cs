using System.Text.Json.Nodes;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Evidence;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.Calls.Public;
using AfterSales.Video.Server.Features.Custody.Public;
using AfterSales.Video.Server.Features.Jobs.Public;
using AfterSales.Video.Server.Features.Recordings.Public;
using AfterSales.Video.Server.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace AfterSales.Video.Server.Features.Recordings;

internal static partial class RecordingEndpoints
{
    public static IServiceCollection AddRecordings(this IServiceCollection services)
    {
        services.AddOptions<RecordingOptions>().BindConfiguration(RecordingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<RecordingViews>();
        services.AddScoped<CheckpointLog>();
        services.AddSingleton<RecordingControl>();
        services.AddSingleton<JobQueue>();
        services.AddScoped<RecordingFiles>();
        services.AddScoped<RecordingSegments>();
        services.AddScoped<RecordingNotes>();
        services.AddScoped<JournalKeeper>();
        services.AddScoped<CourtCopies>();
        services.AddScoped<Derivatives>();
        services.AddScoped<ManifestFactory>();
        services.AddScoped<TimestampBook>();
        services.AddSingleton<RunningRecordings>();
        services.AddSingleton<RecordingGate>();
        services.AddSingleton<StorageProbe>();
        services.AddHostedService(provider => provider.GetRequiredService<StorageProbe>());
        services.AddSingleton<TimestampQueue>();
        services.AddSingleton<CheckpointKeeper>();
        services.AddSingleton<RecorderWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<RecorderWatch>());
        services.AddHttpClient(TimestampWorker.Client, client =>
        {
            client.Timeout = TimeSpan.FromSeconds(15);
            client.MaxResponseContentBufferSize = Evidence.Timestamps.TimestampReply.MaxLength;
        });
        services.AddHostedService<TimestampWorker>();
        services.AddScoped<IJobHandler, MuxJob>();
        services.AddScoped<IJobHandler, SealJob>();
        services.AddScoped<IJobHandler, CourtCopyJob>();
        services.AddHostedService<JobWorker>();
        services.AddSingleton<JournalSweeper>();
        services.AddHostedService(provider => provider.GetRequiredService<JournalSweeper>());
        return services;
    }

    public static void MapRecordings(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/calls/{callId}/recording", Show).WithTags("Recordings").RequireAuthorization(Staff.AnyPolicy).Produces<RecordingView>();
        app.MapMethods("/api/recordings/{recordingId}/files/{name}", ["GET", "HEAD"], File).WithTags("Recordings").RequireAuthorization(Staff.AnyPolicy)
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream");
        app.MapPauses();
    }

    private static async Task<IResult> Show(string callId, CallStore calls, RecordingViews views, CancellationToken ct)
    {
        if (await calls.FindAsync(callId, ct) is null)
            return Problem.Of(ProblemCodes.CallNotFound);
        return await views.OfCallAsync(callId, ct) is [.., var latest]
            ? Results.Ok(latest)
            : Problem.Of(ProblemCodes.RecordingNotReady, "Nothing was recorded (yet): recording starts with the buyer's consent.");
    }

    private static async Task<IResult> File(
        string recordingId, string name, HttpContext context, HubDbContext db, IEvidenceStore store, CustodyLog custody, ILogger<RecordingRow> logger, CancellationToken ct)
    {
        if (await db.Set<RecordingRow>().AnyAsync(r => r.Id == recordingId && r.State == RecordingState.Erased, ct))
            return Problem.Of(ProblemCodes.RecordingErased);
        var file = await db.Set<RecordingFileRow>().AsNoTracking().FirstOrDefaultAsync(f => f.RecordingId == recordingId && f.Name == name, ct);
        if (file is null || !EvidenceKey.TryCreate(file.TenantId, recordingId, name, out var key))
            return Problem.Of(ProblemCodes.NotFound);
        var (content, refusal) = await OpenAsync(store, key, context.Request, logger, ct);
        if (content is null)
            return Problem.Of(refusal!);
        // Not to be kept by the browser: an erased recording must be gone there too.
        context.Response.Headers.CacheControl = "private, no-store";
        if (context.Request.Query.ContainsKey("download"))
        {
            // One line for a download, also when the browser fetches it in ranges.
            if (context.Request.Method == "GET" && !(context.Request.Headers.Range.ToString() is { Length: > 0 } range && !range.StartsWith("bytes=0-", StringComparison.Ordinal)))
                await custody.AppendAsync(file.TenantId, CustodyKind.Downloaded, CustodyActor.Of(context.User), recordingId, new JsonObject { ["file"] = name, ["sha256"] = file.Sha256 }, ct);
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"{recordingId}-{name}\"";
        }

        return Results.Stream(content, file.ContentType, entityTag: new EntityTagHeaderValue($"\"{file.Sha256}\""), enableRangeProcessing: true);
    }

    /// <summary>
    /// Reads the first byte that was asked for: once a body has begun, a stored byte that was changed can only break the connection, which looks like
    /// a bad network. Whoever asks again from there is told.
    /// </summary>
    private static async Task<(Stream? Content, string? Refusal)> OpenAsync(IEvidenceStore store, EvidenceKey key, HttpRequest request, ILogger logger, CancellationToken ct)
    {
        try
        {
            return await store.OpenReadAsync(key, ct) is { } content ? (await TouchedAsync(content, request, ct), null) : (null, ProblemCodes.NotFound);
        }
        catch (EvidenceStoreException fault) when (fault.Reason == "damaged")
        {
            Log.Changed(logger, fault.Message);
            return (null, ProblemCodes.RecordingFileChanged);
        }
    }

    private static async Task<Stream> TouchedAsync(Stream content, HttpRequest request, CancellationToken ct)
    {
        try
        {
            var from = request.GetTypedHeaders().Range?.Ranges.FirstOrDefault()?.From ?? 0;
            if (!content.CanSeek || from >= content.Length)
                return content;
            content.Position = from;
            _ = await content.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, ct);
            content.Position = 0;
            return content;
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1565, LogLevel.Error, "A stored file that somebody asked for is refused: {Problem}")]
        public static partial void Changed(ILogger logger, string problem);
    }
}
