using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Server.Features.Agents.Public;
using AfterSales.Video.Server.Features.FirstFrame.Public;

namespace AfterSales.Video.Server.Features.FirstFrame;

internal static class FirstFrameEndpoints
{
    public static IServiceCollection AddFirstFrame(this IServiceCollection services)
    {
        services.AddScoped<FirstFrameTimings>();
        services.AddSingleton<FirstFrameMeter>();
        return services;
    }

    public static void MapFirstFrame(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/admin/first-frame", async (FirstFrameTimings timings, CancellationToken ct) => Results.Ok(await timings.ViewAsync(ct)))
            .WithTags("Operation").RequireAuthorization(policy => policy.RequireClaim(Staff.RoleClaim, "admin", "supervisor")).Produces<FirstFrameView>();
}
