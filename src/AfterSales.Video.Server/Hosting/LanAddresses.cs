using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace AfterSales.Video.Server.Hosting;

/// <summary>The addresses by which others on the local network reach this computer, the likeliest first.</summary>
internal static class LanAddresses
{
    public static IReadOnlyList<IPAddress> Find()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .Where(nic => nic.OperationalStatus == OperationalStatus.Up && nic.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .OrderByDescending(nic => nic.GetIPProperties().GatewayAddresses.Count > 0)
                .SelectMany(nic => nic.GetIPProperties().UnicastAddresses)
                .Select(unicast => unicast.Address)
                .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))
                .Distinct()
                .ToList();
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }
}
