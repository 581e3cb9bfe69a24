using System.Buffers.Binary;
using AfterSales.Video.Rtc.Srtp;

namespace AfterSales.Video.Rtc.Tests.Srtp;

/// <summary>Two ends of one transport with mirrored keys, and packets to send between them.</summary>
internal sealed class SrtpPair : IDisposable
{
    internal SrtpPair(SrtpProfile profile, int seed = 1)
    {
        var random = new Random(seed);
        byte[] Take(int length)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            return bytes;
        }

        byte[] keyA = Take(16), keyB = Take(16), saltA = Take(SrtpKeys.SaltBytes(profile)), saltB = Take(SrtpKeys.SaltBytes(profile));
        using var a = new SrtpKeys(profile, keyA, saltA, keyB, saltB);
        using var b = new SrtpKeys(profile, keyB, saltB, keyA, saltA);
        Sender = new SrtpSession(a);
        Receiver = new SrtpSession(b);
    }

    internal SrtpSession Sender { get; }
    internal SrtpSession Receiver { get; }

    internal static byte[] Header(uint ssrc, ushort sequenceNumber)
    {
        var header = new byte[12];
        header[0] = 0x80;
        header[1] = 96;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), sequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), ssrc);
        return header;
    }

    internal static byte[] Rtcp(uint ssrc, int bytes = 28)
    {
        var packet = new byte[bytes];
        packet[0] = 0x80;
        packet[1] = 200;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)((bytes / 4) - 1));
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), ssrc);
        for (var i = 8; i < bytes; i++)
            packet[i] = (byte)i;
        return packet;
    }

    internal byte[] ProtectRtp(uint ssrc, ushort sequenceNumber, int payloadBytes = 100) =>
        ProtectRtp(Header(ssrc, sequenceNumber), Payload(sequenceNumber, payloadBytes));

    internal byte[] ProtectRtp(byte[] header, byte[] payload)
    {
        var packet = new byte[header.Length + payload.Length + SrtpSession.MaxRtpOverhead];
        var length = Sender.ProtectRtp(header, payload, packet);
        Assert.True(length > 0, Sender.LastRejection.ToString());
        return packet[..length];
    }

    internal byte[] ProtectRtcp(byte[] packet)
    {
        var protectedPacket = new byte[packet.Length + SrtpSession.MaxRtcpOverhead];
        var length = Sender.ProtectRtcp(packet, protectedPacket);
        Assert.True(length > 0, Sender.LastRejection.ToString());
        return protectedPacket[..length];
    }

    /// <summary>Works on a copy, so that the same bytes can be sent again. Null when refused.</summary>
    internal byte[]? ReceiveRtp(byte[] packet)
    {
        var copy = packet.ToArray();
        return Receiver.TryUnprotectRtp(copy, out var length) ? copy[..length] : null;
    }

    internal byte[]? ReceiveRtcp(byte[] packet)
    {
        var copy = packet.ToArray();
        return Receiver.TryUnprotectRtcp(copy, out var length) ? copy[..length] : null;
    }

    internal static byte[] Payload(int seed, int bytes)
    {
        var payload = new byte[bytes];
        new Random(seed).NextBytes(payload);
        return payload;
    }

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
    }
}
