namespace AfterSales.Video.Rtc.Transport;

internal enum PacketKind
{
    Unknown,
    Stun,
    Dtls,
    Rtp,
    Rtcp,
}

/// <summary>Tells the protocols on one port apart: RFC 7983 by the first byte, RFC 5761 §4 for RTCP.</summary>
internal static class PacketKinds
{
    public static PacketKind Of(ReadOnlySpan<byte> packet) => packet.Length < 2 ? PacketKind.Unknown : packet[0] switch
    {
        <= 3 => PacketKind.Stun,
        >= 20 and <= 63 => PacketKind.Dtls,
        >= 128 and <= 191 => packet[1] is >= 192 and <= 223 ? PacketKind.Rtcp : PacketKind.Rtp,
        _ => PacketKind.Unknown,
    };
}
