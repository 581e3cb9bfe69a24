using System.Buffers;
using System.Globalization;
using AfterSales.Video.Native.Sockets;

namespace AfterSales.Video.Rtc.Ice;

/// <summary>Grammar of a candidate line: RFC 8839 §5.1, tcptype from RFC 6544 §4.5. Unknown extensions are skipped.</summary>
internal static class IceCandidateLine
{
    private const int MaxLength = 512;
    private static readonly SearchValues<char> NameChars = SearchValues.Create(IceChars.All + "-._");
    private const string Prefix = "candidate:";

    /// <summary>RFC 8445 §5.1.2.1 recommends these type preferences.</summary>
    private const uint HostPreference = 126;

    /// <summary>RFC 6544 §4.2: UDP 7... is ours, TCP passive host is 4 in the direction bits of the local preference.</summary>
    private const uint TcpPassiveDirection = 4;

    public static IceCandidate Host(in TransportAddress address, IceTransport transport, int localPreference)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(localPreference, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(localPreference, 8191);
        var tcp = transport == IceTransport.Tcp;
        var direction = tcp ? TcpPassiveDirection : 7u;
        var typePreference = tcp ? HostPreference - 36 : HostPreference;
        var priority = (typePreference << 24) | (((direction << 13) | (uint)localPreference) << 8) | 255;
        return new IceCandidate(Foundation(address, transport), transport, priority, address, IceCandidateType.Host)
        {
            TcpType = tcp ? IceTcpType.Passive : IceTcpType.None,
        };
    }

    public static string Write(IceCandidate candidate)
    {
        var address = candidate.Address.ToEndPoint().Address;
        var transport = candidate.Transport == IceTransport.Udp ? "udp" : "tcp";
        var line = $"{Prefix}{candidate.Foundation} {candidate.Component} {transport} {candidate.Priority} {address} {candidate.Address.Port} typ {NameOf(candidate.Type)}";
        return candidate.TcpType == IceTcpType.None ? line : $"{line} tcptype {NameOf(candidate.TcpType)}";
    }

    public static bool TryParse(ReadOnlySpan<char> line, out IceCandidate? candidate)
    {
        candidate = null;
        if (line.Length > MaxLength)
        {
            return false;
        }

        line = line.StartsWith(Prefix, StringComparison.Ordinal) ? line[Prefix.Length..] : line;
        Span<Range> words = stackalloc Range[64];
        words = words[..line.Split(words, ' ')];
        if (words.Length < 8 || !TryReadFixed(line, words, out candidate))
        {
            return false;
        }

        for (var i = 8; i + 1 < words.Length; i += 2)
        {
            if (line[words[i]] is "tcptype")
            {
                candidate = candidate! with { TcpType = ReadTcpType(line[words[i + 1]]) };
            }
        }

        return candidate!.Transport == IceTransport.Udp || candidate.TcpType != IceTcpType.None;
    }

    private static bool TryReadFixed(ReadOnlySpan<char> line, ReadOnlySpan<Range> words, out IceCandidate? candidate)
    {
        candidate = null;
        var foundation = line[words[0]];
        if (foundation.Length is 0 or > 32 || !IsIceChars(foundation)
            || !int.TryParse(line[words[1]], NumberStyles.None, CultureInfo.InvariantCulture, out var component) || component is < 1 or > 256
            || !TryReadTransport(line[words[2]], out var transport)
            || !uint.TryParse(line[words[3]], NumberStyles.None, CultureInfo.InvariantCulture, out var priority)
            || !ushort.TryParse(line[words[5]], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || line[words[6]] is not "typ" || !TryReadType(line[words[7]], out var type)
            || !TryReadAddress(line[words[4]], port, out var address))
        {
            return false;
        }

        candidate = new IceCandidate(foundation.ToString(), transport, priority, address, type) { Component = component };
        return true;
    }

    /// <summary>Names (mDNS, RFC 8839 FQDN) are taken without being looked at further.</summary>
    private static bool TryReadAddress(ReadOnlySpan<char> text, ushort port, out TransportAddress address) =>
        TransportAddress.TryParse(text, port, out address) || IsName(text);

    private static bool IsName(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 255 && !text.ContainsAnyExcept(NameChars)
        && text.ContainsAnyInRange('a', 'z');

    private static bool IsIceChars(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(IceChars.Set);

    private static bool TryReadTransport(ReadOnlySpan<char> word, out IceTransport transport)
    {
        transport = word.Equals("tcp", StringComparison.OrdinalIgnoreCase) ? IceTransport.Tcp : IceTransport.Udp;
        return transport == IceTransport.Tcp || word.Equals("udp", StringComparison.OrdinalIgnoreCase);
    }

    private static bool TryReadType(ReadOnlySpan<char> word, out IceCandidateType type)
    {
        (var known, type) = word switch
        {
            "host" => (true, IceCandidateType.Host),
            "srflx" => (true, IceCandidateType.ServerReflexive),
            "prflx" => (true, IceCandidateType.PeerReflexive),
            "relay" => (true, IceCandidateType.Relayed),
            _ => (false, default),
        };
        return known;
    }

    private static IceTcpType ReadTcpType(ReadOnlySpan<char> word) => word switch
    {
        "active" => IceTcpType.Active,
        "passive" => IceTcpType.Passive,
        "so" => IceTcpType.SimultaneousOpen,
        _ => IceTcpType.None,
    };

    private static string NameOf(IceCandidateType type) => type switch
    {
        IceCandidateType.Host => "host",
        IceCandidateType.ServerReflexive => "srflx",
        IceCandidateType.PeerReflexive => "prflx",
        _ => "relay",
    };

    private static string NameOf(IceTcpType type) => type switch
    {
        IceTcpType.Active => "active",
        IceTcpType.Passive => "passive",
        _ => "so",
    };

    /// <summary>Same type, base and transport share a foundation (RFC 8445 §5.1.1.3).</summary>
    private static string Foundation(in TransportAddress address, IceTransport transport)
    {
        Span<byte> bytes = stackalloc byte[17];
        address.WriteMapped(bytes);
        bytes[16] = (byte)transport;
        return Crc32.Compute(bytes).ToString(CultureInfo.InvariantCulture);
    }
}
