using System.ComponentModel.DataAnnotations;
using System.Net;

namespace AfterSales.Video.Server.Hosting;

/// <summary>Section "Media": where WebRTC reaches this server.</summary>
internal sealed class MediaOptions : IValidatableObject
{
    public const string Section = "Media";

    /// <summary>Six thousand recorded calls: other things end before.</summary>
    private const int MaxLoops = 64;

    /// <summary>"::" serves IPv6 and IPv4 on every interface.</summary>
    [Required]
    public string BindAddress { get; set; } = "::";

    /// <summary>One UDP port for all calls, so that a firewall needs one rule. 0 takes a free one, -1 switches UDP off.</summary>
    [Range(-1, 65535)]
    public int UdpPort { get; set; } = 40000;

    /// <summary>ICE over TCP, for networks that block UDP; 443 gets through most. 0 takes a free one, -1 switches it off.</summary>
    [Range(-1, 65535)]
    public int TcpPort { get; set; } = 40000;

    /// <summary>
    /// Threads that carry media, a call on one of them, each with ports of its own: <see cref="UdpPort"/> and <see cref="TcpPort"/> and the numbers after them. One
    /// carries about a hundred recorded calls and needs one firewall rule; more pays on a machine with more cores than two.
    /// </summary>
    [Range(1, MaxLoops)]
    public int Loops { get; set; } = 1;

    /// <summary>Public addresses of a server behind 1:1 NAT. Empty: the addresses of this machine.</summary>
    public IReadOnlyList<string> AdvertisedAddresses { get; set; } = [];

    /// <summary>Name in PATH or absolute path.</summary>
    [Required]
    public string FfmpegPath { get; set; } = "ffmpeg";

    /// <summary>Name in PATH or absolute path.</summary>
    [Required]
    public string FfprobePath { get; set; } = "ffprobe";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IPAddress.TryParse(BindAddress, out _))
            yield return new ValidationResult("Media:BindAddress must be an address like :: or 192.0.2.10.", [nameof(BindAddress)]);
        if (UdpPort == -1 && TcpPort == -1)
            yield return new ValidationResult("Media:UdpPort and Media:TcpPort are both -1: give one of them a port.", [nameof(UdpPort)]);
        if (Math.Max(UdpPort, TcpPort) + Loops - 1 > 65535)
            yield return new ValidationResult($"Media:Loops {Loops} needs as many ports from Media:UdpPort {UdpPort} and Media:TcpPort {TcpPort} on, and the last port is 65535: begin lower.", [nameof(Loops)]);
        if (AdvertisedAddresses.Any(a => !IPAddress.TryParse(a, out _)))
            yield return new ValidationResult("Media:AdvertisedAddresses must hold addresses like 203.0.113.7.", [nameof(AdvertisedAddresses)]);
    }
}
