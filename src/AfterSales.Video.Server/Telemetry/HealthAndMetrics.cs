using System.Net;
using System.Security.Cryptography;
using System.Text;
using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Hosting;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Telemetry;

/// <summary>Section "Metrics".</summary>
internal sealed class MetricsOptions
{
    public const string Section = "Metrics";

    /// <summary>A bearer token for scrapers from elsewhere; without one only this computer may read /metrics.</summary>
    public string Token { get; set; } = "";
}

/// <summary>/healthz says the process answers; /readyz that it can do its work; /metrics what it did.</summary>
internal static class HealthAndMetrics
{
    public static IServiceCollection AddHubTelemetry(this IServiceCollection services)
    {
        services.AddOptions<MetricsOptions>().BindConfiguration(MetricsOptions.Section)
            .Validate(o => o.Token.Length is 0 or >= 16, "Metrics:Token must have at least 16 characters; leave it empty to allow this computer only.")
            .ValidateOnStart();
        services.AddSingleton<PrometheusMeters>();
        services.AddHostedService(provider => provider.GetRequiredService<PrometheusMeters>());
        return services;
    }

    public static void MapHubTelemetry(this IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => Results.Text("ok\n")).ExcludeFromDescription();
        app.MapGet("/readyz", ReadyAsync).ExcludeFromDescription();
        app.MapGet("/metrics", Metrics).ExcludeFromDescription();
    }

    private static async Task<IResult> ReadyAsync(HubDbContext db, IHostApplicationLifetime lifetime, CancellationToken ct)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested || !await db.Database.CanConnectAsync(ct))
            return Problem.Of(ProblemCodes.Unavailable);
        return Results.Text("ready\n");
    }

    private static IResult Metrics(HttpContext context, PrometheusMeters meters, IOptions<MetricsOptions> options) =>
        MayRead(context, options.Value)
            ? Results.Text(meters.Write(), "text/plain; version=0.0.4; charset=utf-8")
            : Problem.Of(ProblemCodes.NotFound);

    // Behind a proxy on this computer everything looks local, so a forwarded request needs the token.
    private static bool MayRead(HttpContext context, MetricsOptions options)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (options.Token.Length > 0)
            return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes("Bearer " + options.Token));
        var isForwarded = context.Request.Headers.ContainsKey("X-Forwarded-For") || context.Request.Headers.ContainsKey("X-Original-For");
        return !isForwarded && context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
    }
}
