using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Ice;

namespace AfterSales.Video.Rtc.Transport;

/// <summary>The candidates of a loop's sockets. Addresses change on a laptop, so they are read again when they are older than 10 s.</summary>
internal sealed class HostCandidates(MediaLoopOptions options)
{
    private const long MaxAgeNs = 10_000_000_000;
    private IReadOnlyList<IceCandidate> _candidates = [];
    private long _readNs = long.MinValue;

    /// <param name="udpPort">Null when UDP is off.</param>
    /// <param name="tcpPort">Null when TCP is off.</param>
    /// <param name="nowNs">Monotonic nanoseconds.</param>
    public IReadOnlyList<IceCandidate> Read(ushort? udpPort, ushort? tcpPort, long nowNs)
    {
        if (_readNs != long.MinValue && nowNs - _readNs < MaxAgeNs)
            return _candidates;
        _readNs = nowNs;
        var candidates = new List<IceCandidate>();
        var preference = 8191;
        foreach (var address in Addresses())
        {
            if (udpPort is { } udp)
                candidates.Add(IceCandidate.Host(TransportAddress.From(new IPEndPoint(address, udp)), IceTransport.Udp, preference));
            if (tcpPort is { } tcp)
                candidates.Add(IceCandidate.Host(TransportAddress.From(new IPEndPoint(address, tcp)), IceTransport.Tcp, preference));
            preference--;
        }

        return _candidates = candidates;
    }

    private IReadOnlyList<IPAddress> Addresses()
    {
        if (options.AdvertisedAddresses.Count > 0)
            return options.AdvertisedAddresses;
        if (!options.BindAddress.Equals(IPAddress.IPv6Any) && !options.BindAddress.Equals(IPAddress.Any))
            return [options.BindAddress];
        var all = OfInterfaces().Where(IsUsable).Distinct().ToList();
        var reachable = all.Where(address => !IPAddress.IsLoopback(address)).ToList();
        return reachable.Count > 0 ? reachable : all;
    }

    private static IEnumerable<IPAddress> OfInterfaces() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address);

    private bool IsUsable(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => true,
        AddressFamily.InterNetworkV6 => options.BindAddress.Equals(IPAddress.IPv6Any) && !address.IsIPv6LinkLocal && !address.IsIPv6Multicast,
        _ => false,
    };
}
