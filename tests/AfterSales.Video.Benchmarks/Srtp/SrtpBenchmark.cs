using System.Buffers.Binary;
using AfterSales.Video.Native.OpenSsl;
using AfterSales.Video.Rtc.Srtp;

namespace AfterSales.Video.Benchmarks.Srtp;

/// <summary>SRTP of 1,200-byte packets, protect and unprotect, against the bare cipher calls underneath.</summary>
internal sealed class SrtpBenchmark : IBenchmark
{
    private const int Batch = 2000;
    private const int HeaderBytes = 12;
    private const int PayloadBytes = 1200 - HeaderBytes;

    public string Name => "srtp";
    public string Title => "SRTP, thousand 1,200-byte packets per CPU second (protect + unprotect)";

    public void Run(TextWriter output)
    {
        output.WriteLine("| | median (lowest-highest) of 7 runs |\n|---|---|");
        Row(output, "AEAD_AES_128_GCM, session", Session(SrtpProfile.AeadAes128Gcm));
        Row(output, "AEAD_AES_128_GCM, bare cipher", BareGcm());
        Row(output, "AES_CM_128_HMAC_SHA1_80, session", Session(SrtpProfile.Aes128CmHmacSha1Tag80));
        Row(output, "AES_CM_128_HMAC_SHA1_80, bare cipher and hash", BareCm());
    }

    private static void Row(TextWriter output, string what, Action batch) => output.WriteLine($"| {what} | {CpuMeter.Measure(Batch, batch).InThousands} |");

    private static Action Session(SrtpProfile profile)
    {
        byte[] key = new byte[16], salt = new byte[SrtpKeys.SaltBytes(profile)];
        using var keys = new SrtpKeys(profile, key, salt, key, salt);
        var session = new SrtpSession(keys);
        var header = new byte[HeaderBytes];
        header[0] = 0x80;
        var payload = new byte[PayloadBytes];
        var packet = new byte[1500];
        ushort sequence = 0;
        return () =>
        {
            for (var i = 0; i < Batch; i++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), sequence++);
                var length = session.ProtectRtp(header, payload, packet);
                if (!session.TryUnprotectRtp(packet.AsSpan(0, length), out _))
                    throw new InvalidOperationException(session.LastRejection.ToString());
            }
        };
    }

    private static Action BareGcm()
    {
        var key = new byte[16];
        var sealer = new AesGcmSealer(key);
        var opener = new AesGcmOpener(key);
        byte[] iv = new byte[AesGcm.IvBytes], header = new byte[HeaderBytes], payload = new byte[PayloadBytes], packet = new byte[PayloadBytes + AesGcm.TagBytes];
        return () =>
        {
            for (var i = 0; i < Batch; i++)
            {
                sealer.Seal(iv, header, payload, packet);
                if (!opener.TryOpen(iv, header, packet, packet))
                    throw new InvalidOperationException("tag");
            }
        };
    }

    private static Action BareCm()
    {
        var cipher = new AesCtr(new byte[16]);
        var hash = new HmacSha1(new byte[20]);
        byte[] iv = new byte[AesCtr.IvBytes], payload = new byte[PayloadBytes], covered = new byte[HeaderBytes + PayloadBytes], appended = new byte[4], digest = new byte[20];
        return () =>
        {
            for (var i = 0; i < 2 * Batch; i++)
            {
                cipher.Transform(iv, payload, covered.AsSpan(HeaderBytes));
                hash.Compute(covered, appended, digest);
            }
        };
    }
}
