using System.Buffers.Binary;
using System.Diagnostics;
using AfterSales.Video.Native.OpenSsl;
using AfterSales.Video.Rtc.Srtp;

namespace AfterSales.Video.Rtc.Tests.Srtp;

public class SrtpSpeedTests
{
    private const int Packets = 500;
    private const int Rounds = 60;

    /// <summary>
    /// A ratio, and of the best rounds: both sides are measured in turns in the same second, so a busy or slow machine
    /// changes both. A copy or a context per packet brings it under 0.5.
    /// </summary>
    [Fact]
    public void A_session_is_at_least_half_as_fast_as_the_bare_cipher()
    {
        using var pair = new SrtpPair(SrtpProfile.AeadAes128Gcm);
        using var sealer = new AesGcmSealer(new byte[16]);
        using var opener = new AesGcmOpener(new byte[16]);
        byte[] header = SrtpPair.Header(1, 0), payload = new byte[1188], packet = new byte[1300], iv = new byte[AesGcm.IvBytes];
        var sequence = 0;
        long bestSession = long.MaxValue, bestBare = long.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            bestBare = Math.Min(bestBare, Time(() =>
            {
                sealer.Seal(iv, header, payload, packet.AsSpan(12));
                return opener.TryOpen(iv, header, packet.AsSpan(12, 1204), packet.AsSpan(12));
            }));
            bestSession = Math.Min(bestSession, Time(() =>
            {
                BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)sequence++);
                var length = pair.Sender.ProtectRtp(header, payload, packet);
                return pair.Receiver.TryUnprotectRtp(packet.AsSpan(0, length), out _);
            }));
        }
        Assert.True(bestBare >= bestSession * 0.5, $"bare {bestBare} ticks, session {bestSession} ticks for {Packets} packets");
    }

    private static long Time(Func<bool> work)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Packets; i++)
        {
            if (!work())
                throw new InvalidOperationException("not authentic");
        }
        return Stopwatch.GetTimestamp() - start;
    }
}
