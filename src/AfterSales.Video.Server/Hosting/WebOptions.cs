using System.ComponentModel.DataAnnotations;

namespace AfterSales.Video.Server.Hosting;

/// <summary>Section "Web": pages and whose requests are believed.</summary>
internal sealed class WebOptions
{
    public const string Section = "Web";

    /// <summary>The address buyers reach, for example https://help.example.com; empty uses the address of the agent's own request.</summary>
    public string PublicUrl { get; set; } = "";

    /// <summary>Without a slash at the end.</summary>
    public string Origin(HttpRequest request) => PublicUrl.Length > 0 ? PublicUrl.TrimEnd('/') : $"{request.Scheme}://{request.Host}";

    /// <summary>Folder of the built pages; relative to the working folder, then to the program's and those above it.</summary>
    [Required]
    public string Root { get; set; } = "web-client/dist";

    /// <summary>Other web origins whose pages may call this server; its own is always allowed.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>Addresses (or CIDR ranges) of the proxies whose X-Forwarded-* headers are believed. None by default: a client could forge them.</summary>
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    /// <summary>Largest request body except photos. Nothing else sent here is larger.</summary>
    [Range(16 * 1024, 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 64 * 1024;
}
