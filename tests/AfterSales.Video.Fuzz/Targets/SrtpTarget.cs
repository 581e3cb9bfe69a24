using System.Buffers.Binary;
using AfterSales.Video.Rtc.Srtp;

namespace AfterSales.Video.Fuzz.Targets;

/// <summary>
/// SRTP and SRTCP of both profiles. A forged packet is refused and changes nothing: the genuine one behind it is accepted.
/// The input as plain packet comes back as it was.
/// </summary>
internal sealed class SrtpTarget : IFuzzTarget
{
    private const uint Ssrc = 0x01020304;
    private static readonly SrtpProfile[] Profiles = [SrtpProfile.AeadAes128Gcm, SrtpProfile.Aes128CmHmacSha1Tag80];

    public string Name => "rtc/srtp";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand(Profiles.SelectMany(profile => new[] { GenuineRtp(profile), GenuineRtcp(profile) }).Concat([Rtp(4), Rtcp()]));

    public IEnumerable<byte[]> Dictionary => [[0x80, 0x60], [0x90, 0xE0], [0x8F, 0x6F], [0x80, 0xC8, 0x00, 0x06], [0xBE, 0xDE, 0x00, 0x01], [1, 2, 3, 4], [0x80, 0, 0, 0]];

    public void Run(ReadOnlySpan<byte> input)
    {
        foreach (var profile in Profiles)
        {
            using var sender = Session(profile, 1, 2);
            using var receiver = Session(profile, 2, 1);
            Forge(receiver, input, profile);
            RoundTrip(sender, receiver, input);
        }
    }

    private static void Forge(SrtpSession receiver, ReadOnlySpan<byte> input, SrtpProfile profile)
    {
        var copy = input.ToArray();
        var genuine = GenuineRtp(profile);
        if (receiver.TryUnprotectRtp(copy, out _) != input.SequenceEqual(genuine))
            throw new InvalidOperationException("A forged packet was accepted, or the genuine one refused.");
        copy = input.ToArray();
        var report = GenuineRtcp(profile);
        if (receiver.TryUnprotectRtcp(copy, out _) != input.SequenceEqual(report))
            throw new InvalidOperationException("A forged report was accepted, or the genuine one refused.");
        if (!input.SequenceEqual(genuine) && (receiver.ReceivedSources != 0 || !receiver.TryUnprotectRtp(genuine, out _)))
            throw new InvalidOperationException("A forged packet changed the session.");
        if (!input.SequenceEqual(report) && !receiver.TryUnprotectRtcp(report, out _))
            throw new InvalidOperationException("A forged report changed the session.");
    }

    private static void RoundTrip(SrtpSession sender, SrtpSession receiver, ReadOnlySpan<byte> input)
    {
        var packet = new byte[input.Length + SrtpSession.MaxRtcpOverhead];
        if (RtpHeader.TryRead(input, out var header))
        {
            var length = sender.ProtectRtp(input[..header.Length], input[header.Length..], packet);
            Expect(length > 0, true);
            Expect(receiver.TryUnprotectRtp(packet.AsSpan(0, length), out var plain) || receiver.LastRejection == SrtpRejection.Replayed, plain == 0 || packet.AsSpan(0, plain).SequenceEqual(input));
        }

        var reportLength = sender.ProtectRtcp(input, packet);
        if (reportLength > 0)
            Expect(receiver.TryUnprotectRtcp(packet.AsSpan(0, reportLength), out var plain) || receiver.LastRejection == SrtpRejection.Replayed, plain == 0 || packet.AsSpan(0, plain).SequenceEqual(input));
    }

    private static void Expect(bool opened, bool same)
    {
        if (!opened || !same)
            throw new InvalidOperationException("A protected packet did not come back as it was.");
    }

    private static SrtpSession Session(SrtpProfile profile, byte local, byte remote)
    {
        var salt = new byte[SrtpKeys.SaltBytes(profile)];
        byte[] localKey = [.. Enumerable.Repeat(local, SrtpKeys.KeyBytes)], remoteKey = [.. Enumerable.Repeat(remote, SrtpKeys.KeyBytes)];
        using var keys = new SrtpKeys(profile, localKey, salt, remoteKey, salt);
        return new SrtpSession(keys);
    }

    private static byte[] GenuineRtp(SrtpProfile profile)
    {
        using var sender = Session(profile, 1, 2);
        var packet = new byte[100];
        return packet[..sender.ProtectRtp(Rtp(0), [9, 8, 7], packet)];
    }

    private static byte[] GenuineRtcp(SrtpProfile profile)
    {
        using var sender = Session(profile, 1, 2);
        var packet = new byte[100];
        return packet[..sender.ProtectRtcp(Rtcp(), packet)];
    }

    private static byte[] Rtp(int payloadBytes)
    {
        var packet = new byte[12 + payloadBytes];
        packet[0] = 0x80;
        packet[1] = 96;
        packet[3] = 77;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), Ssrc);
        return packet;
    }

    private static byte[] Rtcp() => [0x80, 201, 0, 1, 1, 2, 3, 4, 0x81, 202, 0, 2, 1, 2, 3, 4, 1, 2, (byte)'a', (byte)'b'];
}
