using System.Net;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Hosting;

/// <summary>Reports every fault of the section at once, each with its key and what to write.</summary>
internal sealed class WebOptionsValidator : IValidateOptions<WebOptions>
{
    public ValidateOptionsResult Validate(string? name, WebOptions options)
    {
        var faults = new List<string>();
        if (options.PublicUrl.Length > 0 && !IsOrigin(options.PublicUrl))
            faults.Add("Web:PublicUrl must look like https://help.example.com (no path).");
        if (options.AllowedOrigins.Any(origin => !IsOrigin(origin)))
            faults.Add("Web:AllowedOrigins must hold origins like https://shop.example.com.");
        if (options.TrustedProxies.Any(proxy => !IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _)))
            faults.Add("Web:TrustedProxies must hold addresses like 127.0.0.1 or ranges like 10.0.0.0/8.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri.GetLeftPart(UriPartial.Authority).Equals(text.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);
}

internal sealed class HttpsOptionsValidator(IOptions<HttpOptions> http) : IValidateOptions<HttpsOptions>
{
    public ValidateOptionsResult Validate(string? name, HttpsOptions options)
    {
        var faults = new List<string>();
        if (http.Value.Port == -1 && options.Port == -1)
            faults.Add("Http:Port and Https:Port are both -1: give one of them a port.");
        if ((options.CertificatePath.Length == 0) != (options.KeyPath.Length == 0))
            faults.Add("Https:CertificatePath and Https:KeyPath belong together: set both or none.");
        foreach (var (key, path) in new[] { ("Https:CertificatePath", options.CertificatePath), ("Https:KeyPath", options.KeyPath) })
        {
            if (path.Length > 0 && !File.Exists(path))
                faults.Add($"{key} names a file that does not exist: write the path of a PEM file.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
