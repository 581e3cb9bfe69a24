using System.Text;
using AfterSales.Video.Rtc.Ice;

namespace AfterSales.Video.Fuzz.Targets;

internal sealed class IceCandidateTarget : IFuzzTarget
{
    public string Name => "rtc/ice-candidate";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand(
    [
        .. SeedSet.Files("sdp").SelectMany(file => Encoding.UTF8.GetString(file).Split("\r\n"))
            .Where(line => line.StartsWith("a=candidate:", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)
            .Take(40).Select(line => SeedSet.Text(line[2..])),
        SeedSet.Text("candidate:842163049 1 udp 1677729535 198.51.100.7 54321 typ srflx raddr 0.0.0.0 rport 0 generation 0"),
        SeedSet.Text("candidate:1 1 tcp 1518214911 2001:db8::1 443 typ relay raddr :: rport 9 tcptype so"),
    ]);

    public IEnumerable<byte[]> Dictionary =>
        new[] { " typ host", " tcptype passive", "candidate:", " udp ", " tcp ", "::ffff:", "%eth0", "[::1]", "4294967296", "65536", ".local" }.Select(SeedSet.Text);

    public void Run(ReadOnlySpan<byte> input)
    {
        if (!IceCandidate.TryParse(Encoding.UTF8.GetString(input), out var candidate) || !candidate!.HasAddress)
        {
            return;
        }

        if (!IceCandidate.TryParse(candidate.ToString(), out var again) || again != candidate)
        {
            throw new InvalidOperationException("What was written reads differently.");
        }
    }
}
