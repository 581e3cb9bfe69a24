using System.Net;
using System.Security.Cryptography.X509Certificates;
using AfterSales.Video.Server.Data;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Hosting;

/// <summary>Where Kestrel listens, what it bears, and which proxies it believes.</summary>
internal static class KestrelSetup
{
    public static IServiceCollection AddWebAddresses(this IServiceCollection services)
    {
        services.AddOptions<HttpOptions>().BindConfiguration(HttpOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<HttpsOptions>().BindConfiguration(HttpsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<WebOptions>().BindConfiguration(WebOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebOptions>, WebOptionsValidator>();
        services.AddSingleton<IValidateOptions<HttpsOptions>, HttpsOptionsValidator>();
        services.AddSingleton<LanUrl>();
        services.AddOptions<KestrelServerOptions>().Configure<IServiceProvider>(Configure);
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<WebOptions>>(TrustProxies);
        return services;
    }

    private static void Configure(KestrelServerOptions kestrel, IServiceProvider services)
    {
        var http = services.GetRequiredService<IOptions<HttpOptions>>().Value;
        var https = services.GetRequiredService<IOptions<HttpsOptions>>().Value;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = services.GetRequiredService<IOptions<WebOptions>>().Value.MaxBodyBytes;
        // SE-21: slow clients are cut.
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        if (http.Port >= 0)
            ListenHttp(kestrel, http);
        if (https.Port >= 0)
            kestrel.ListenAnyIP(https.Port, listen => listen.UseHttps(Certificate(services, https)));
    }

    // A free port cannot be shared between 127.0.0.1 and [::1], so then only the former.
    private static void ListenHttp(KestrelServerOptions kestrel, HttpOptions http)
    {
        if (http.OnAllInterfaces)
            kestrel.ListenAnyIP(http.Port);
        else if (http.Port == 0)
            kestrel.Listen(IPAddress.Loopback, 0);
        else
            kestrel.ListenLocalhost(http.Port);
    }

    private static X509Certificate2 Certificate(IServiceProvider services, HttpsOptions https) => https.CertificatePath.Length > 0
        ? X509Certificate2.CreateFromPemFile(https.CertificatePath, https.KeyPath)
        : SelfSignedCertificate.LoadOrCreate(services.GetRequiredService<DataFolder>(), LanAddresses.Find(), services.GetRequiredService<TimeProvider>());

    private static void TrustProxies(ForwardedHeadersOptions forwarded, IOptions<WebOptions> web)
    {
        forwarded.ForwardedHeaders = web.Value.TrustedProxies.Count == 0
            ? ForwardedHeaders.None
            : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in web.Value.TrustedProxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
                forwarded.KnownProxies.Add(address);
            else
                forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
        }
    }
}
