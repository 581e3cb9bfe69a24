using System.ComponentModel.DataAnnotations;

namespace AfterSales.Video.Server.Hosting;

/// <summary>Section "Http": plain HTTP for this computer; browsers allow the camera on localhost without TLS.</summary>
internal sealed class HttpOptions
{
    public const string Section = "Http";

    /// <summary>0 takes a free port, -1 switches HTTP off.</summary>
    [Range(-1, 65535)]
    public int Port { get; set; } = 5080;

    /// <summary>Needed behind a proxy in another container; off otherwise, so that nothing travels in clear.</summary>
    public bool OnAllInterfaces { get; set; }
}

/// <summary>Section "Https": for phones on the LAN, whose camera needs it.</summary>
internal sealed class HttpsOptions
{
    public const string Section = "Https";

    /// <summary>0 takes a free port, -1 switches HTTPS off.</summary>
    [Range(-1, 65535)]
    public int Port { get; set; } = 5443;

    /// <summary>PEM file of a real certificate with its chain; empty makes a self-signed one in the data folder.</summary>
    public string CertificatePath { get; set; } = "";

    /// <summary>PEM file of the certificate's private key.</summary>
    public string KeyPath { get; set; } = "";
}
