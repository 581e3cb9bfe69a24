using AfterSales.Video.Contracts.Http;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Hosting;

/// <summary>The built pages: /desk/** is the agent console, /c the buyer's page, /assets/** their hashed files.</summary>
internal static class StaticPages
{
    private const string Immutable = "public, max-age=31536000, immutable";

    public static void MapStaticPages(this WebApplication app)
    {
        var root = FindRoot(app.Services.GetRequiredService<IOptions<WebOptions>>().Value.Root);
        app.MapGet("/", () => Results.Redirect("/desk")).ExcludeFromDescription();
        MapPage(app, "/desk", root, "agent-console");
        MapPage(app, "/desk/{**rest}", root, "agent-console");
        MapPage(app, "/c", root, "buyer-page");
        MapPage(app, "/r/{code}", root, "receipt-page");
        app.MapGet("/favicon.ico", () => Results.NoContent()).ExcludeFromDescription();
    }

    /// <summary>Before routing, because a file needs neither sign-in nor endpoint.</summary>
    public static void UseStaticAssets(this WebApplication app)
    {
        var root = FindRoot(app.Services.GetRequiredService<IOptions<WebOptions>>().Value.Root);
        if (root is null)
            return;
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(root),
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl =
                file.Context.Request.Path.StartsWithSegments("/assets") ? Immutable : "no-cache",
        });
    }

    public static string? FindRoot(string configured) =>
        new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory }
            .Concat(Parents(AppContext.BaseDirectory))
            .Select(folder => Path.GetFullPath(Path.Combine(folder, configured)))
            .FirstOrDefault(Directory.Exists);

    // From bin/Debug/net10.0 up to the repository, for `dotnet run` from any folder.
    private static IEnumerable<string> Parents(string folder)
    {
        for (var parent = Directory.GetParent(folder); parent is not null; parent = parent.Parent)
            yield return parent.FullName;
    }

    private static void MapPage(WebApplication app, string pattern, string? root, string page)
    {
        app.MapGet(pattern, (HttpContext context) =>
        {
            var file = root is null ? null : Path.Combine(root, page, "index.html");
            if (file is null || !File.Exists(file))
                return Problem.Of(ProblemCodes.Unavailable, "The pages are not built yet. Run: cd web-client && npm ci && npm run build");
            context.Response.Headers.CacheControl = "no-cache";
            return Results.File(file, "text/html; charset=utf-8");
        }).ExcludeFromDescription();
    }
}
