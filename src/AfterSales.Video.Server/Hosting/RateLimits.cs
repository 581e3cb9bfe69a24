using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using AfterSales.Video.Contracts.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Hosting;

/// <summary>Section "RateLimits": requests per minute and client address.</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>Everything under /api, /whip and /whep. A busy desk of 20 agents behind one address stays below.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerMinute { get; set; } = 3000;

    /// <summary>Password sign-ins: slow for guessing, enough for a shift change behind one address. The account's own lock-out comes on top.</summary>
    [Range(1, 1_000_000)]
    public int SignInsPerMinute { get; set; } = 30;

    /// <summary>Buyer links: nobody opens many.</summary>
    [Range(1, 1_000_000)]
    public int RedeemsPerMinute { get; set; } = 60;

    [Range(1, 1_000_000)]
    public int PhotosPerMinute { get; set; } = 30;

    /// <summary>The public check of receipts: codes cannot be guessed at this pace.</summary>
    [Range(1, 1_000_000)]
    public int ReceiptsPerMinute { get; set; } = 60;
}

internal static class RateLimits
{
    public const string SignIn = "sign-in";
    public const string Redeem = "redeem";
    public const string Photos = "photos";
    public const string Receipts = "receipts";

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public static IServiceCollection AddHubRateLimits(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<RateLimitOptions>>((limiter, options) => Configure(limiter, options.Value));
        return services;
    }

    private static void Configure(RateLimiterOptions limiter, RateLimitOptions options)
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => IsLimited(context.Request.Path)
            ? ByAddress(context, "all", options.RequestsPerMinute)
            : RateLimitPartition.GetNoLimiter("free"));
        limiter.AddPolicy(SignIn, context => ByAddress(context, SignIn, options.SignInsPerMinute));
        limiter.AddPolicy(Redeem, context => ByAddress(context, Redeem, options.RedeemsPerMinute));
        limiter.AddPolicy(Photos, context => ByAddress(context, Photos, options.PhotosPerMinute));
        limiter.AddPolicy(Receipts, context => ByAddress(context, Receipts, options.ReceiptsPerMinute));
        limiter.OnRejected = async (rejected, _) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : Window;
            await Problem.Later(rejected.HttpContext, ProblemCodes.TooManyRequests, wait).ExecuteAsync(rejected.HttpContext);
        };
    }

    // Pages, health and metrics must answer when everything else is flooded.
    private static bool IsLimited(PathString path) =>
        path.StartsWithSegments("/api") || path.StartsWithSegments("/whip") || path.StartsWithSegments("/whep");

    private static RateLimitPartition<string> ByAddress(HttpContext context, string policy, int perMinute) =>
        RateLimitPartition.GetTokenBucketLimiter($"{policy} {context.Connection.RemoteIpAddress}", _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perMinute,
            TokensPerPeriod = Math.Max(1, perMinute / 30),
            ReplenishmentPeriod = Window / 30,
            QueueLimit = 0,
            AutoReplenishment = true,
        });
}
