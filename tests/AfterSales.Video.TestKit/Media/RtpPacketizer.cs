using System.Buffers.Binary;

namespace AfterSales.Video.TestKit.Media;

/// <summary>Cuts frames into RTP payloads the way browsers do (RFC 6184, RFC 7741, RFC 7587).</summary>
public static class RtpPacketizer
{
    public const int MaxPayload = 1100;

    public static List<byte[]> Payloads(string codec, EncodedFrame frame, int pictureId) => codec switch
    {
        "H264" => H264(frame.Units),
        "VP8" => Vp8(frame.Units[0], pictureId),
        "VP9" => Vp9(frame),
        _ => [frame.Units[0]],
    };

    /// <summary>A whole RTP packet (RFC 3550 §5.1).</summary>
    public static byte[] Packet(byte payloadType, bool marker, ushort seq, uint timestamp, uint ssrc, ReadOnlySpan<byte> payload)
    {
        var packet = new byte[12 + payload.Length];
        packet[0] = 0x80;
        packet[1] = (byte)(payloadType | (marker ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), seq);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        payload.CopyTo(packet.AsSpan(12));
        return packet;
    }

    private static List<byte[]> Vp8(byte[] frame, int pictureId)
    {
        var payloads = new List<byte[]>();
        for (var at = 0; at < frame.Length; at += MaxPayload)
        {
            var part = frame.AsSpan(at, Math.Min(MaxPayload, frame.Length - at));
            // X and S bits, I with a 15-bit picture id.
            payloads.Add([(byte)(0x80 | (at == 0 ? 0x10 : 0)), 0x80, (byte)(0x80 | (pictureId >> 8 & 0x7F)), (byte)pictureId, .. part]);
        }

        return payloads;
    }

    /// <summary>RFC 9628 §4.2 without picture id: P says that it refers to another picture, B and E where it begins and ends.</summary>
    private static List<byte[]> Vp9(EncodedFrame frame)
    {
        var (payloads, bytes) = (new List<byte[]>(), frame.Units[0]);
        for (var at = 0; at < bytes.Length; at += MaxPayload)
        {
            var part = bytes.AsSpan(at, Math.Min(MaxPayload, bytes.Length - at));
            payloads.Add([(byte)((frame.IsKey ? 0 : 0x40) | (at == 0 ? 0x08 : 0) | (at + part.Length == bytes.Length ? 0x04 : 0)), .. part]);
        }

        return payloads;
    }

    /// <summary>Parameter sets together in a STAP-A, small units alone, large ones as FU-A.</summary>
    private static List<byte[]> H264(IReadOnlyList<byte[]> units)
    {
        var payloads = new List<byte[]>();
        var small = units.TakeWhile(u => (u[0] & 0x1F) is 6 or 7 or 8).Where(u => u.Length < 300).ToList();
        if (small.Count > 1)
            payloads.Add([(byte)(0x60 | 24), .. small.SelectMany(u => (byte[])[(byte)(u.Length >> 8), (byte)u.Length, .. u])]);
        foreach (var unit in units.Skip(small.Count > 1 ? small.Count : 0))
        {
            if (unit.Length <= MaxPayload)
                payloads.Add(unit);
            else
                Fragment(unit, payloads);
        }

        return payloads;
    }

    private static void Fragment(byte[] unit, List<byte[]> payloads)
    {
        for (var at = 1; at < unit.Length; at += MaxPayload)
        {
            var part = unit.AsSpan(at, Math.Min(MaxPayload, unit.Length - at));
            var bits = (at == 1 ? 0x80 : 0) | (at + part.Length == unit.Length ? 0x40 : 0);
            payloads.Add([(byte)((unit[0] & 0xE0) | 28), (byte)(bits | (unit[0] & 0x1F)), .. part]);
        }
    }
}
