using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace AfterSales.Video.Server.Hosting;

/// <summary>The HTTPS origin by which others on the network reach this computer; null when there is none. Known once the server listens.</summary>
internal sealed class LanUrl(IServer server)
{
    private readonly Lazy<string?> _value = new(() => Find(server));

    public string? Value => _value.Value;

    private static string? Find(IServer server)
    {
        var https = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault(a => a.StartsWith("https:", StringComparison.Ordinal));
        var address = LanAddresses.Find().Select(a => a.ToString()).FirstOrDefault();
        return https is null || address is null ? null : $"https://{address}:{BindingAddress.Parse(https).Port}";
    }
}
