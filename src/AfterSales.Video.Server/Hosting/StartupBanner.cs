using AfterSales.Video.Recording.Muxing;
using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Features.Agents;
using Microsoft.Extensions.Options;
using QRCoder;

namespace AfterSales.Video.Server.Hosting;

/// <summary>What the person who started the program needs to know, on standard output.</summary>
internal static class StartupBanner
{
    public static void Print(WebApplication app, string? firstPassword, TextWriter output)
    {
        var urls = app.Urls.Select(url => new Uri(url.Replace("[::]", "localhost", StringComparison.Ordinal))).ToList();
        var http = urls.FirstOrDefault(u => u.Scheme == "http");
        var https = urls.FirstOrDefault(u => u.Scheme == "https");
        output.WriteLine();
        output.WriteLine("AfterSales.Video is running. Data folder: " + app.Services.GetRequiredService<DataFolder>().Root);
        output.WriteLine();
        if (http is not null)
            output.WriteLine($"  On this computer:  http://localhost:{http.Port}/desk");
        if (https is not null)
            PrintLan(app, https, output);
        if (app.Services.GetRequiredService<ICallMuxer>().Problem is { } problem)
            output.WriteLine($"  Recordings are kept but cannot be prepared for playback: {problem}");
        if (firstPassword is not null)
            PrintAccount(firstPassword, output);
        output.WriteLine("  Stop with Ctrl+C.");
        output.WriteLine();
        output.Flush();
    }

    private static void PrintLan(WebApplication app, Uri https, TextWriter output)
    {
        var lan = app.Services.GetRequiredService<LanUrl>().Value;
        var url = (lan ?? $"https://localhost:{https.Port}") + "/desk";
        output.WriteLine($"  On the network:    {url}");
        if (app.Services.GetRequiredService<IOptions<HttpsOptions>>().Value.CertificatePath.Length == 0)
        {
            output.WriteLine();
            output.WriteLine("  The certificate of that address was made on this computer, so a browser warns once: \"Your connection is not private\".");
            output.WriteLine("  It is encrypted all the same; choose \"Advanced\" and continue. A real certificate: Https:CertificatePath and Https:KeyPath.");
        }

        if (lan is null)
            return;
        output.WriteLine();
        using var code = QRCodeGenerator.GenerateQrCode(url, QRCodeGenerator.ECCLevel.L);
        using var art = new AsciiQRCode(code);
        foreach (var line in art.GetGraphicSmall().Split('\n'))
            output.WriteLine("  " + line.TrimEnd('\r'));
    }

    private static void PrintAccount(string password, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("  An administrator account was made. This is shown once:");
        output.WriteLine($"    sign in as:         {FirstAdmin.Email}");
        output.WriteLine($"    one-time password:  {password}");
        output.WriteLine();
    }
}
