using System.Buffers.Binary;

namespace AfterSales.Video.Rtc.Rtcp;

/// <summary>Source description chunks (RFC 3550 §6.5); only the canonical name is of interest.</summary>
public static class SourceDescription
{
    public const byte CanonicalName = 1;

    /// <summary>Finds the canonical name of a source.</summary>
    public static bool TryGetCname(in RtcpPacketView packet, uint ssrc, out ReadOnlySpan<byte> cname)
    {
        cname = default;
        if (packet.Type != RtcpType.SourceDescription)
            return false;
        var rest = packet.Body;
        for (var chunk = 0; chunk < packet.Count && rest.Length >= 4; chunk++)
        {
            var matches = BinaryPrimitives.ReadUInt32BigEndian(rest) == ssrc;
            if (!TryReadChunk(rest, out var name, out var length))
                return false;
            if (matches && !name.IsEmpty)
            {
                cname = name;
                return true;
            }
            rest = rest[length..];
        }
        return false;
    }

    private static bool TryReadChunk(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> cname, out int length)
    {
        cname = default;
        length = 0;
        var index = 4;
        while (index < data.Length && data[index] != 0)
        {
            if (index + 2 > data.Length || index + 2 + data[index + 1] > data.Length)
                return false;
            if (data[index] == CanonicalName)
                cname = data.Slice(index + 2, data[index + 1]);
            index += 2 + data[index + 1];
        }
        // The list ends with at least one zero byte, then pads to 32 bits.
        length = (index + 4) & ~3;
        return length <= data.Length;
    }
}

/// <summary>BYE (RFC 3550 §6.6): sources that end.</summary>
public static class Bye
{
    /// <summary>Number of sources; read each with <see cref="SourceAt"/>.</summary>
    public static bool TryParse(in RtcpPacketView packet, out int sources)
    {
        sources = packet.Count;
        return packet.Type == RtcpType.Bye && packet.Body.Length >= sources * 4;
    }

    public static uint SourceAt(in RtcpPacketView packet, int index) => BinaryPrimitives.ReadUInt32BigEndian(packet.Body[(index * 4)..]);
}
