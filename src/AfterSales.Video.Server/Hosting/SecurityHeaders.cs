namespace AfterSales.Video.Server.Hosting;

/// <summary>SE-17: the headers every answer carries, errors included.</summary>
internal static class SecurityHeaders
{
    // Scripts and styles come from our own files only. Media elements play blobs and streams of the page itself.
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; "
        + "worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; connect-src 'self'";

    private const string ApiPolicy = "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // A worker has the policy its script came with, not the page's: the one that checks recordings fetches them.
    private const string ScriptPolicy = ApiPolicy + "; connect-src 'self'";

    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(static state =>
        {
            Write((HttpContext)state);
            return Task.CompletedTask;
        }, context);
        return next(context);
    });

    private static void Write(HttpContext context)
    {
        var headers = context.Response.Headers;
        var type = context.Response.ContentType ?? "";
        var isPage = type.StartsWith("text/html", StringComparison.OrdinalIgnoreCase);
        var isScript = type.StartsWith("text/javascript", StringComparison.OrdinalIgnoreCase);
        // The headers of a 304 replace those of the stored page, whose policy it must keep: without a body there is no type to tell a page by.
        if (context.Response.StatusCode != StatusCodes.Status304NotModified)
            headers.ContentSecurityPolicy = isPage ? PagePolicy + SocketSources(context.Request) : isScript ? ScriptPolicy : ApiPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Permissions-Policy"] = "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()";
        headers["Referrer-Policy"] = context.Request.Path.StartsWithSegments("/c") ? "no-referrer" : "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (context.Request.IsHttps && IsRealHost(context))
            headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        if (context.Request.Path.StartsWithSegments("/api") && headers.CacheControl.Count == 0)
            headers.CacheControl = "no-store";
    }

    // Older Safari does not count wss: as 'self'.
    private static string SocketSources(HttpRequest request) =>
        HostString.FromUriComponent(request.Host.Value ?? "").Value is { Length: > 0 } host && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or ':' or '[' or ']')
            ? $" {(request.IsHttps ? "wss" : "ws")}://{host}"
            : "";

    // HSTS on localhost would break every other program of this computer that serves plain HTTP there.
    private static bool IsRealHost(HttpContext context) =>
        context.Request.Host.Host is not ("localhost" or "127.0.0.1" or "[::1]");
}
