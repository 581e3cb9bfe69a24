using System.Buffers.Binary;

namespace AfterSales.Video.Rtc.Rtp;

/// <summary>Reads one RTP packet in place (RFC 3550 §5.1, extensions RFC 8285). Valid as long as the span it was made from.</summary>
public readonly ref struct RtpPacketView
{
    public const int FixedHeaderLength = 12;

    private readonly ReadOnlySpan<byte> _packet;
    private readonly int _extensionStart;
    private readonly int _extensionLength;

    private RtpPacketView(ReadOnlySpan<byte> packet, int headerLength, int extensionStart, int extensionLength, int padding)
    {
        _packet = packet;
        HeaderLength = headerLength;
        _extensionStart = extensionStart;
        _extensionLength = extensionLength;
        PaddingLength = padding;
    }

    /// <summary>The whole packet, padding included.</summary>
    public ReadOnlySpan<byte> Packet => _packet;

    /// <summary>Fixed header, contributing sources and extensions, in bytes.</summary>
    public int HeaderLength { get; }

    /// <summary>Trailing padding in bytes, 0 without the P bit.</summary>
    public int PaddingLength { get; }
    public bool Marker => (_packet[1] & 0x80) != 0;
    public byte PayloadType => (byte)(_packet[1] & 0x7F);
    public ushort SequenceNumber => BinaryPrimitives.ReadUInt16BigEndian(_packet[2..]);
    public uint Timestamp => BinaryPrimitives.ReadUInt32BigEndian(_packet[4..]);
    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(_packet[8..]);
    public int ContributingSources => _packet[0] & 0x0F;

    public ReadOnlySpan<byte> Header => _packet[..HeaderLength];

    /// <summary>Without padding; empty for a packet that is padding only.</summary>
    public ReadOnlySpan<byte> Payload => _packet[HeaderLength..^PaddingLength];

    public HeaderExtensionReader Extensions =>
        _extensionLength == 0 ? default
            : new HeaderExtensionReader(
                BinaryPrimitives.ReadUInt16BigEndian(_packet[(_extensionStart - 4)..]),
                _packet.Slice(_extensionStart, _extensionLength));

    /// <summary>False when lengths do not add up or the version is not 2. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, out RtpPacketView view)
    {
        view = default;
        if (packet.Length < FixedHeaderLength || packet[0] >> 6 != 2)
            return false;
        var header = FixedHeaderLength + ((packet[0] & 0x0F) * 4);
        var extensionStart = 0;
        var extensionLength = 0;
        if ((packet[0] & 0x10) != 0)
        {
            if (packet.Length < header + 4)
                return false;
            extensionLength = BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 2)..]) * 4;
            extensionStart = header + 4;
            header = extensionStart + extensionLength;
        }
        if (packet.Length < header)
            return false;
        var padding = 0;
        if ((packet[0] & 0x20) != 0)
        {
            padding = packet[^1];
            if (padding == 0 || padding > packet.Length - header)
                return false;
        }
        view = new RtpPacketView(packet, header, extensionStart, extensionLength, padding);
        return true;
    }
}
