using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents;
using AfterSales.Video.Server.Features.BuyerEntry;
using AfterSales.Video.Server.Features.BuyerEntry.Public;
using AfterSales.Video.Server.Features.Calls;
using AfterSales.Video.Server.Features.Custody;
using AfterSales.Video.Server.Features.EvidenceKeys;
using AfterSales.Video.Server.Features.FirstFrame;
using AfterSales.Video.Server.Features.Receipts;
using AfterSales.Video.Server.Features.Recordings;
using AfterSales.Video.Server.Features.Retention;
using AfterSales.Video.Server.Features.Review;
using AfterSales.Video.Server.Features.SampleData;
using AfterSales.Video.Server.Features.Signalling;
using AfterSales.Video.Server.Features.Stills;
using AfterSales.Video.Server.Features.Tickets;
using AfterSales.Video.Server.Features.Whip;
using AfterSales.Video.Server.Telemetry;

namespace AfterSales.Video.Server.Hosting;

/// <summary>Puts the program together: services, pipeline, and what happens once at start.</summary>
internal static class HubHost
{
    public static WebApplication Build(HubArguments arguments, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            // Settings are read at start only. To hear of changes .NET watches every folder below the current one, and the default data folder is there: each
            // segment and every commit would wake it.
            Args = ["--hostBuilder:reloadConfigOnChange=false", .. arguments.Rest],
            ContentRootPath = Directory.GetCurrentDirectory(),
        });
        builder.Services.AddSingleton(arguments);
        builder.Services.AddSingleton(TimeProvider.System);
        AddLogging(builder.Logging);
        adjust?.Invoke(builder);
        if (PlaceholderCheck.Find(builder.Configuration) is { Count: > 0 } keys)
            throw new StartRefusedException($"These settings still hold a placeholder: {string.Join(", ", keys)}. Write a real secret, or remove the setting to use its default.");
        if (arguments.Sample && builder.Environment.IsProduction() && IsProductionConfigured(builder.Configuration))
            throw new StartRefusedException("--sample adds made-up tickets and accounts and is refused while Hub:Production is true: leave one of them out.");
        AddServices(builder.Services, new DataFolder(arguments.DataFolder));
        var app = builder.Build();
        UsePipeline(app);
        MapEndpoints(app);
        return app;
    }

    /// <summary>Database, recovery, first account, samples. Returns the one-time password of an account made just now.</summary>
    public static async Task<string?> PrepareAsync(WebApplication app, CancellationToken ct)
    {
        var services = app.Services;
        await using (var scope = services.CreateAsyncScope())
            await SqlMigrations.ApplyAsync(scope.ServiceProvider.GetRequiredService<HubDbContext>(), services.GetRequiredService<TimeProvider>(), ct);
        await services.GetRequiredService<RecordingRecovery>().RunAsync(ct);
        var password = await FirstAdmin.EnsureAsync(services, ct);
        if (services.GetRequiredService<HubArguments>().Sample)
            await SampleDesk.EnsureAsync(services, ct);
        return password;
    }

    // "Production" is .NET's default environment, also on a laptop: only an explicit word makes it one here.
    private static bool IsProductionConfigured(IConfiguration configuration) =>
        configuration.GetValue<bool>("Hub:Production");

    private static void AddServices(IServiceCollection services, DataFolder folder)
    {
        services.AddWebAddresses();
        services.AddHubData(folder);
        services.AddHubRateLimits();
        services.AddProblemDetails();
        services.AddExceptionHandler<ExceptionProblems>();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.RespectNullableAnnotations = true;
            options.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        services.AddHsts(_ => { });
        services.AddOpenApi("v1", ApiDocument.Configure);
        // First, so that it stops last: what others do while they stop is written down too.
        services.AddCustody();
        services.AddEvidenceKeys();
        services.AddAgents();
        services.AddTickets();
        services.AddCalls();
        services.AddBuyerEntry();
        services.AddRecordings();
        services.AddSingleton<RecordingRecovery>();
        services.AddReceipts();
        services.AddRetention();
        services.AddReview();
        services.AddFirstFrame();
        services.AddSignalling();
        services.AddWhip();
        services.AddStorage(folder);
        services.AddMedia(folder);
        services.AddHubTelemetry();
    }

    private static void AddLogging(ILoggingBuilder logging)
    {
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        // A lost race is an error to EF and a value to us; what is none is logged where it is caught.
        logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Critical);
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // ASP.NET logs its own diagnosis of a fault; ours has it without the request's address.
        logging.AddFilter("Microsoft.AspNetCore.Diagnostics", LogLevel.Critical);
        logging.AddFilter(typeof(BuyerAuthentication).FullName, LogLevel.Warning);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        });
    }

    private static void UsePipeline(WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseSecurityHeaders();
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => Problem.WriteForStatusAsync(context.HttpContext));
        app.UseStaticAssets();
        app.UseRouting();
        app.UseOriginCheck();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseStaffStanding();
        app.UseAuthorization();
        app.UseHubProblems();
        app.UseWebSockets();
    }

    private static void MapEndpoints(WebApplication app)
    {
        app.MapOpenApi("/openapi/v1.json").ExcludeFromDescription();
        app.MapSession();
        app.MapAdminAgents();
        app.MapTickets();
        app.MapCalls();
        app.MapRecordings();
        app.MapEvidenceKeys();
        app.MapReceipts();
        app.MapRetention();
        app.MapReview();
        app.MapBuyerEntry();
        app.MapPhotoDownloads();
        app.MapFirstFrame();
        app.MapSignalling();
        app.MapStills();
        app.MapWhip();
        app.MapHubTelemetry();
        app.MapStaticPages();
    }
}
