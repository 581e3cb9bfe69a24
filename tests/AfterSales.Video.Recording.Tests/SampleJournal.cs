using System.Text;
using AfterSales.Video.Evidence.Journals;
using AfterSales.Video.Recording.Capture;
using AfterSales.Video.Recording.Journal;
using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Taps;
using AfterSales.Video.TestKit.Media;

namespace AfterSales.Video.Recording.Tests;

/// <summary>Journals made in memory, byte for byte the same each time.</summary>
internal static class SampleJournal
{
    public static readonly TapTrack Track = new(
        1, "p-buyer", "buyer", "microphone", MediaKind.Audio,
        new NegotiatedCodec { Name = "opus", PayloadType = 111, ClockRateHz = 48_000, Channels = 2, FormatParameters = "useinbandfec=1" }, 0xCAFEBABE);

    public static readonly byte[] Packet = RtpPacketizer.Packet(111, true, 1000, 5000, 0xCAFEBABE, [0xF8, 0xFF, 0xFE]);

    /// <summary>Head, <paramref name="blocks"/> RECORDS blocks and, when asked, an END block. Also says where each block ends.</summary>
    /// <param name="encrypted">With <see cref="RecordedCall.DataKey"/> and a fixed nonce prefix.</param>
    public static byte[] Make(int blocks, bool end, out List<int> ends, bool encrypted = false)
    {
        using var sealer = new BlockSealer(encrypted ? RecordedCall.DataKey.Span : []);
        sealer.FixNonces([0xA0, 0xA1, 0xA2, 0xA3]);
        var head = new byte[JournalFormat.HashLength];
        var nonce = Enumerable.Range(0, 16).Select(i => (byte)i).ToArray();
        var journal = new List<byte>(FileHeader.Write(1_795_334_400_000_000_000, nonce, encrypted ? FileHeader.DataKeyId(RecordedCall.DataKey.Span) : [],
            HeaderJson.Write(RecordedCall.Header() with { KeyId = encrypted ? "kek-1" : null }), head));
        ends = [journal.Count];
        for (var i = 0; i < blocks; i++)
        {
            var block = new BlockBuffer();
            block.Open(0);
            if (i == 0)
                block.Records.TrackStarted(Track, 0);
            block.Records.Rtp(1, 20_000_000 + i, recovered: i == 3, Packet);
            block.Records.SenderReport(1, 21_000_000 + i, 0xE0000000_80000000, 5000, 1, 3);
            journal.AddRange(Seal(sealer, block, BlockType.Records, i, head));
            ends.Add(journal.Count);
        }

        if (end)
        {
            var block = new BlockBuffer();
            block.Open(0);
            block.Records.Text(RecordType.End, 0, 30_000_000, "hung up", $$"""{"blocks":{{blocks}},"packets":{{blocks}},"dropped":0,"recovered":false,"cutBytes":0}""");
            journal.AddRange(Seal(sealer, block, BlockType.End, blocks, head));
            ends.Add(journal.Count);
        }

        return [.. journal];
    }

    /// <summary>A journal with one block of whatever bytes, its chain right.</summary>
    public static byte[] Around(ReadOnlySpan<byte> payload)
    {
        var head = new byte[JournalFormat.HashLength];
        var file = FileHeader.Write(0, new byte[16], [], HeaderJson.Write(RecordedCall.Header()), head);
        using var sealer = new BlockSealer([]);
        byte[] block = [.. new byte[JournalFormat.BlockHeaderLength], .. payload];
        sealer.Seal(
            new BlockHeader { Type = BlockType.Records, Seq = 0, MonotonicNs = 0, UtcNs = 0, PlainLength = payload.Length, StoredLength = payload.Length, Records = 0 },
            block, head);
        return [.. file, .. block];
    }

    public static string Describe(ReadOnlySpan<byte> journal, List<int> ends)
    {
        var json = new StringBuilder("{\n");
        json.Append("  \"h0\": \"").Append(Convert.ToHexStringLower(journal.Slice(ends[0] - 32, 32))).Append("\",\n");
        for (var i = 1; i < ends.Count; i++)
            json.Append($"  \"h{i}\": \"").Append(Convert.ToHexStringLower(journal.Slice(ends[i - 1] + 120, 32))).Append("\",\n");
        return json.Append("  \"blockOffsets\": [").AppendJoin(", ", ends.SkipLast(1)).Append("],\n  \"length\": ").Append(journal.Length).Append("\n}\n").ToString();
    }

    private static byte[] Seal(BlockSealer sealer, BlockBuffer block, BlockType type, int seq, byte[] head)
    {
        var length = block.Records.Length;
        var header = new BlockHeader
        {
            Type = type,
            Seq = seq,
            MonotonicNs = 200_000_000L * (seq + 1),
            UtcNs = 1_795_334_400_000_000_000 + 200_000_000L * (seq + 1),
            PlainLength = length,
            StoredLength = length,
            Records = block.Records.Records,
        };
        return block.Memory[..sealer.Seal(header, block.Memory, head)];
    }
}
