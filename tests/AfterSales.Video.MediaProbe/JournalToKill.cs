using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Taps;
using AfterSales.Video.TestKit.Media;

namespace AfterSales.Video.MediaProbe;

/// <summary>
/// Records a packet every 5 ms until it is killed, and says on standard output the time of each one after handing it over: what the journal
/// lacks of the last line is the loss.
/// </summary>
internal static class JournalToKill
{
    public static async Task<int> WriteAsync(string spool)
    {
        using var recorder = new CallRecorder(new CallRecorderOptions { SpoolFolder = spool }, TimeProvider.System);
        var session = await recorder.StartAsync(Header(), default, CancellationToken.None);
        var codec = new NegotiatedCodec { Name = "opus", PayloadType = 111, ClockRateHz = 48_000, Channels = 2 };
        session.OnTrackStarted(new TapTrack(1, "p", "buyer", "microphone", MediaKind.Audio, codec, 1), 0);
        await using var output = Console.OpenStandardOutput();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var clock = Stopwatch.StartNew();
        var payload = new byte[100];
        for (var i = 0; await timer.WaitForNextTickAsync(); i++)
        {
            var nowNs = clock.Elapsed.Ticks * 100;
            BinaryPrimitives.WriteInt64LittleEndian(payload, nowNs);
            session.OnRtp(1, nowNs, recovered: false, RtpPacketizer.Packet(111, true, (ushort)i, (uint)(i * 240), 1, payload));
            await output.WriteAsync(Encoding.ASCII.GetBytes($"{nowNs};\n"));
        }

        return 0;
    }

    internal static RecordingHeader Header() => new()
    {
        RecordingId = "rec-1",
        TenantId = "tenant",
        TicketId = "T-1",
        CallId = "call-1",
        ConsentTextVersion = "1",
        ConsentTextSha256 = "",
        ConsentLanguage = "en",
        ConsentAt = DateTimeOffset.UnixEpoch,
    };
}
