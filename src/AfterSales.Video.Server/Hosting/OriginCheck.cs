using AfterSales.Video.Contracts.Http;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Hosting;

/// <summary>
/// Pages of other origins may neither change anything here nor open a hub with this browser's cookies. Programs send no
/// Origin; a bearer token is not ambient, so with one the origin does not matter.
/// </summary>
internal static class OriginCheck
{
    public static IApplicationBuilder UseOriginCheck(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (NeedsCheck(context.Request) && !IsAllowed(context))
        {
            await Problem.WriteAsync(context, ProblemCodes.OriginRefused);
            return;
        }

        await next(context);
    });

    private static bool NeedsCheck(HttpRequest request)
    {
        if (request.Headers.Authorization.Count > 0)
            return false;
        return request.Path.StartsWithSegments("/hubs")
            || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method));
    }

    private static bool IsAllowed(HttpContext context)
    {
        var request = context.Request;
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0)
            return request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
        if (origin.Equals($"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase))
            return true;
        var options = context.RequestServices.GetRequiredService<IOptions<WebOptions>>().Value;
        return options.AllowedOrigins.Append(options.PublicUrl).Any(allowed => allowed.Length > 0 && origin.Equals(allowed.TrimEnd('/'), StringComparison.OrdinalIgnoreCase));
    }
}
