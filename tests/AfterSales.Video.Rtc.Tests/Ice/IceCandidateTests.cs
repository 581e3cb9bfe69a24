using AfterSales.Video.Native.Sockets;
using AfterSales.Video.Rtc.Ice;

namespace AfterSales.Video.Rtc.Tests.Ice;

public sealed class IceCandidateTests
{
    [Theory]
    [InlineData("candidate:4200938182 1 udp 2122194687 192.0.2.2 52104 typ host generation 0 network-id 1", "192.0.2.2:52104", IceCandidateType.Host)]
    [InlineData("822344486 1 UDP 2122265343 fd00::2 55751 typ host", "[fd00::2]:55751", IceCandidateType.Host)]
    [InlineData("candidate:842163049 1 udp 1677729535 198.51.100.7 54321 typ srflx raddr 0.0.0.0 rport 0", "198.51.100.7:54321", IceCandidateType.ServerReflexive)]
    public void Addresses_are_read(string line, string address, IceCandidateType type)
    {
        Assert.True(IceCandidate.TryParse(line, out var candidate));
        Assert.Equal(address, candidate!.Address.ToString());
        Assert.Equal(type, candidate.Type);
    }

    [Fact]
    public void A_name_is_accepted_and_has_no_address()
    {
        Assert.True(IceCandidate.TryParse("candidate:0 1 UDP 2122187007 692c7505-11b5-441f-9f12-539b2f9506fd.local 54128 typ host", out var candidate));
        Assert.False(candidate!.HasAddress);
    }

    [Theory]
    [InlineData("active", IceTcpType.Active)]
    [InlineData("passive", IceTcpType.Passive)]
    [InlineData("so", IceTcpType.SimultaneousOpen)]
    public void Tcp_candidates_say_who_connects(string word, IceTcpType type)
    {
        Assert.True(IceCandidate.TryParse($"candidate:2 1 TCP 2105458943 192.0.2.1 9 typ host tcptype {word}", out var candidate));
        Assert.Equal((IceTransport.Tcp, type), (candidate!.Transport, candidate.TcpType));
    }

    [Theory]
    [InlineData("")]
    [InlineData("candidate:")]
    [InlineData("candidate:1 1 udp 1 192.0.2.1 1 typ")]
    [InlineData("candidate:1 0 udp 1 192.0.2.1 1 typ host")]
    [InlineData("candidate:1 1 sctp 1 192.0.2.1 1 typ host")]
    [InlineData("candidate:1 1 udp 4294967296 192.0.2.1 1 typ host")]
    [InlineData("candidate:1 1 udp 1 192.0.2.1 65536 typ host")]
    [InlineData("candidate:1 1 udp 1 192.0.2 1 typ host")]
    [InlineData("candidate:1 1 udp 1 fe80::1%eth0 1 typ host")]
    [InlineData("candidate:1 1 udp 1 192.0.2.1 1 typ guest")]
    [InlineData("candidate:1 1 tcp 1 192.0.2.1 1 typ host")]
    [InlineData("candidate:<> 1 udp 1 192.0.2.1 1 typ host")]
    public void Other_lines_are_refused(string line) => Assert.False(IceCandidate.TryParse(line, out _));

    [Fact]
    public void Our_own_lines_are_read_back_the_same()
    {
        foreach (var transport in new[] { IceTransport.Udp, IceTransport.Tcp })
        {
            var candidate = IceCandidate.Host(TransportAddress.FromIPv4(0xCB007101, 443), transport);
            Assert.True(IceCandidate.TryParse(candidate.ToString(), out var again));
            Assert.Equal(candidate, again);
        }
    }

    [Fact]
    public void Udp_ranks_above_tcp() =>
        Assert.True(IceCandidate.Host(default).Priority > IceCandidate.Host(default, IceTransport.Tcp).Priority);

    [Fact]
    public void Frames_come_out_of_a_stream_whole_however_it_was_cut()
    {
        byte[] stream = [0, 3, 1, 2, 3, 0, 0, 0, 1, 9];
        for (var cut = 0; cut <= stream.Length; cut++)
        {
            var frames = new List<byte[]>();
            var rest = Drain(stream.AsSpan(0, cut), frames);
            Drain([.. rest, .. stream[cut..]], frames);
            Assert.Equal([[1, 2, 3], [], [9]], frames);
        }
    }

    [Fact]
    public void A_frame_no_datagram_could_hold_breaks_the_stream() =>
        Assert.Equal(FrameReadStatus.Broken, Rfc4571.TryRead([0xFF, 0xFF], out _, out _));

    private static byte[] Drain(ReadOnlySpan<byte> received, List<byte[]> frames)
    {
        while (Rfc4571.TryRead(received, out var frame, out var consumed) == FrameReadStatus.Frame)
        {
            frames.Add(frame.ToArray());
            received = received[consumed..];
        }

        return received.ToArray();
    }
}
