using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Recording.Timeline;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.Fuzz.Targets;

/// <summary>Journal reader on raw files; and, since no mutation gets through the hashes, indexer and timeline on files whose hashes are made right.</summary>
internal sealed class JournalTarget : IFuzzTarget
{
    private static readonly RecordingHeader Header = new()
    {
        RecordingId = "rec-1",
        TenantId = "t",
        TicketId = "T",
        CallId = "c",
        ConsentTextVersion = "1",
        ConsentTextSha256 = "",
        ConsentLanguage = "en",
        ConsentAt = DateTimeOffset.UnixEpoch,
    };

    public string Name => "recording/journal";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand([.. Payloads(), .. Payloads().Select(p => Around(p))]);

    public IEnumerable<byte[]> Dictionary => ["ASVJRNL1"u8.ToArray(), "ABLK"u8.ToArray(), [1, 0, 22, 0], [2, 0, 30, 0], [3, 0], [10, 0], [255, 255]];

    public void Run(ReadOnlySpan<byte> input)
    {
        var bytes = input.ToArray();
        if (JournalReader.TryOpen(new MemoryStream(bytes), out var reader, out _))
        {
            while (reader.ReadBlock(out _) == BlockOutcome.Block)
            {
            }
        }

        ReadParts(bytes);
        if (bytes.Length >= 16 * 1024 || !RecordingJournal.TryOpen([new MemoryStream(Around(bytes))], [], out var journal, out _))
            return;
        using var source = JournalSource.Of(journal);
        if (CallIndexer.TryIndex(source, CancellationToken.None, out var index, out _))
            ReadFrames(bytes, CallTimeline.Build(index));
    }

    private static void ReadFrames(byte[] bytes, CallTimeline timeline)
    {
        if (!RecordingJournal.TryOpen([new MemoryStream(Around(bytes))], [], out var journal, out _))
            return;
        using var again = JournalSource.Of(journal);
        var gaps = new GapFinder(timeline);
        CallStream.Read(again, timeline, (in TimedFrame frame, ReadOnlySpan<byte> _) => gaps.Add(frame), static (in StillRecord _, ReadOnlySpan<byte> _) => { }, CancellationToken.None);
        gaps.Finish();
    }

    /// <summary>The input cut in two as two parts of a recording, with a key that fits no head.</summary>
    private static void ReadParts(byte[] bytes)
    {
        var half = bytes.Length / 2;
        if (!RecordingJournal.TryOpen([new MemoryStream(bytes, 0, half), new MemoryStream(bytes, half, bytes.Length - half)], new byte[JournalFormat.DataKeyLength], out var journal, out _))
            return;
        using (journal)
        {
            while (journal.ReadBlock(out var block) == BlockOutcome.Block)
                journal.TryRead(block.Position, new byte[1]);
        }
    }

    private static byte[] Around(ReadOnlySpan<byte> payload)
    {
        var head = new byte[JournalFormat.HashLength];
        var file = FileHeader.Write(0, new byte[16], [], HeaderJson.Write(Header), head);
        using var sealer = new BlockSealer([]);
        byte[] block = [.. new byte[JournalFormat.BlockHeaderLength], .. payload];
        sealer.Seal(
            new BlockHeader { Type = BlockType.Records, Seq = 0, MonotonicNs = 0, UtcNs = 0, PlainLength = payload.Length, StoredLength = payload.Length, Records = 0 },
            block, head);
        return [.. file, .. block];
    }

    private static IEnumerable<byte[]> Payloads()
    {
        foreach (var (kind, name, payload) in new[]
        {
            (MediaKind.Audio, "opus", new byte[] { 0xF8, 1, 2 }), (MediaKind.Video, "VP8", [0x10, 0, 1, 2, 3, 4]),
            (MediaKind.Video, "H264", [0x65, 0x88, 1, 2]), (MediaKind.Video, "VP9", [0x8C, 0x81, 2, 7]),
        })
        {
            var block = new BlockBuffer();
            block.Open(0);
            var codec = new NegotiatedCodec { Name = name, PayloadType = 96, ClockRateHz = 90_000 };
            block.Records.TrackStarted(new TapTrack(1, "p", "buyer", kind == MediaKind.Audio ? "microphone" : "camera", kind, codec, 5), 0);
            for (byte i = 0; i < 4; i++)
                block.Records.Rtp(1, i * 20_000_000L, i == 2, [0x80, 0xE0, 0, i, 0, 0, i, 0, 0, 0, 0, 5, .. payload]);
            block.Records.SenderReport(1, 90_000_000, 0xE000000080000000, 512, 4, 12);
            block.Records.RoomEvent(new TapRoomEvent("muted", "p", "buyer", "camera"), 95_000_000);
            block.Records.Text(RecordType.Event, 0, 95_500_000, MediaModeEvent.Kind, new MediaModeEvent("p", "buyer", "stills", "video", "weak_uplink", 90_000).ToJson());
            block.Records.Still(new RecordedStill("p", "buyer", "camera", "image/jpeg", 640, 480, new byte[] { 0xFF, 0xD8, 0xFF, 0xD9 }), 95_600_000);
            block.Records.Text(RecordType.Paused, 0, 96_000_000, "why", "");
            block.Records.Gap(1, 2, 3, 4, "disk_slow");
            block.Records.Text(RecordType.End, 0, 99_000_000, "end", """{"blocks":1,"packets":4,"dropped":0,"recovered":false,"cutBytes":0}""");
            yield return block.Memory.AsSpan(JournalFormat.BlockHeaderLength, block.Records.Length).ToArray();
        }
    }
}
