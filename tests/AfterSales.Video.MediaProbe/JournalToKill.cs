using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Taps;
using AfterSales.Video.TestKit.Media;

namespace AfterSales.Video.MediaProbe;

/// <summary>
/// Records a picture and two voices, encrypted, a packet of each every 5 ms, and says on standard output the time of each round after handing it
/// over: what the journal lacks of the last line is the loss. Until it is killed, or so many rounds long.
/// </summary>
internal static class JournalToKill
{
    /// <summary>For the tests that read what is left.</summary>
    public static ReadOnlyMemory<byte> DataKey { get; } = Enumerable.Range(100, 32).Select(i => (byte)i).ToArray();

    public static async Task<int> WriteAsync(string spool, int rounds)
    {
        using var recorder = new CallRecorder(Options(spool), TimeProvider.System);
        var session = await recorder.StartAsync(Header(), DataKey, CancellationToken.None);
        var packets = Start(session);
        await using var output = Console.OpenStandardOutput();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < rounds && await timer.WaitForNextTickAsync(); i++)
        {
            var nowNs = clock.Elapsed.Ticks * 100;
            for (ushort track = 0; track < packets.Length; track++)
            {
                BinaryPrimitives.WriteUInt16BigEndian(packets[track].AsSpan(2), (ushort)i);
                BinaryPrimitives.WriteUInt32BigEndian(packets[track].AsSpan(4), (uint)(i * 240));
                BinaryPrimitives.WriteInt64LittleEndian(packets[track].AsSpan(12), nowNs);
                session.OnRtp((ushort)(track + 1), nowNs, recovered: false, packets[track]);
            }

            await output.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{nowNs};\n")));
        }

        var summary = await session.StopAsync("done", CancellationToken.None);
        Console.WriteLine($"stopped {summary.Complete} {session.Statistics.DroppedPackets}");
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

    // A test machine may be short of space; what is tested here is something else.
    private static CallRecorderOptions Options(string spool) => new()
    {
        SpoolFolder = spool,
        SyncInterval = TimeSpan.FromMilliseconds(100),
        RefuseBelowBytes = 0,
        VideoOffBelowBytes = 0,
        SealBelowBytes = 0,
        OnAlarm = alarm => Console.WriteLine($"alarm {alarm.Kind}"),
    };

    private static byte[][] Start(IRecordingSession session)
    {
        var opus = new NegotiatedCodec { Name = "opus", PayloadType = 111, ClockRateHz = 48_000, Channels = 2 };
        var vp8 = new NegotiatedCodec { Name = "VP8", PayloadType = 96, ClockRateHz = 90_000, Channels = 1 };
        session.OnTrackStarted(new TapTrack(1, "p", "buyer", "camera", MediaKind.Video, vp8, 1), 0);
        session.OnTrackStarted(new TapTrack(2, "p", "buyer", "microphone", MediaKind.Audio, opus, 2), 0);
        session.OnTrackStarted(new TapTrack(3, "q", "agent", "microphone", MediaKind.Audio, opus, 3), 0);
        return
        [
            RtpPacketizer.Packet(96, true, 0, 0, 1, new byte[800]),
            RtpPacketizer.Packet(111, true, 0, 0, 2, new byte[80]),
            RtpPacketizer.Packet(111, true, 0, 0, 3, new byte[80]),
        ];
    }
}
