using AfterSales.Video.Rtc.Rtcp;
using AfterSales.Video.Rtc.Rtp;

namespace AfterSales.Video.Fuzz.Targets;

/// <summary>Header, extensions in both forms, and what a retransmission restores.</summary>
internal sealed class RtpTarget : IFuzzTarget
{
    private readonly byte[] _restored = new byte[65_536];

    public string Name => "rtc/rtp";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand(RtpSeeds.Packets);

    public IEnumerable<byte[]> Dictionary => [[0xBE, 0xDE], [0x10, 0x00], [0x90], [0xB0], [0x40, 0x31], [0x31, 0x00, 0x01]];

    public void Run(ReadOnlySpan<byte> input)
    {
        if (!RtpPacketView.TryParse(input, out var view))
            return;
        if (view.HeaderLength + view.Payload.Length + view.PaddingLength != input.Length)
            throw new InvalidOperationException("The parts do not make the whole.");
        foreach (var element in view.Extensions)
        {
            if (element.Value.Length > 255)
                throw new InvalidOperationException("An element longer than its length field.");
        }
        for (byte id = 0; id < 16; id++)
            view.Extensions.TryGet(id, out _);
        if (!Rtx.TryRestore(view, 1, 96, _restored, out var length))
            return;
        if (!RtpPacketView.TryParse(_restored.AsSpan(0, length), out var restored) || restored.Ssrc != 1 || restored.Payload.Length != view.Payload.Length - 2)
            throw new InvalidOperationException("A restored packet is not one.");
    }
}

/// <summary>Compounds and every message in them.</summary>
internal sealed class RtcpTarget : IFuzzTarget
{
    public string Name => "rtc/rtcp";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand(RtpSeeds.Compounds());

    public IEnumerable<byte[]> Dictionary =>
        [[0x80, 0xC8, 0x00, 0x06], [0x81, 0xC9, 0x00, 0x07], [0x81, 0xCA], [0x81, 0xCB], [0x81, 0xCD, 0x00, 0x03], [0x8F, 0xCD], [0x8F, 0xCE], "REMB"u8.ToArray(), [0x3F, 0xFF], [0xFF, 0xFF]];

    public void Run(ReadOnlySpan<byte> input)
    {
        foreach (var part in new RtcpCompoundReader(input))
        {
            if (SenderReport.TryParse(part, out _, out var blocks) || ReceiverReport.TryParse(part, out _, out blocks))
                Walk(blocks);
            SourceDescription.TryGetCname(part, 1, out _);
            if (Bye.TryParse(part, out var sources) && sources > 0)
                Bye.SourceAt(part, sources - 1);
            if (NackReader.TryParse(part, out var nack))
                Walk(nack, part.Body.Length);
            _ = KeyFrameRequest.TryParsePli(part, out _);
            if (KeyFrameRequest.TryParseFir(part, out var entries))
                KeyFrameRequest.FirSequenceAt(part, entries - 1);
            if (Remb.TryParse(part, out var bitrate, out var count) && (bitrate < 0 || (count > 0 && Remb.SourceAt(part, count - 1) == 0xFFFF_FFFE && bitrate == -1)))
                throw new InvalidOperationException("A negative bitrate.");
            if (TransportFeedbackReader.TryParse(part, out var feedback))
                Walk(feedback);
        }
    }

    private static void Walk(ReportBlockReader blocks)
    {
        while (blocks.MoveNext())
        {
            // Reading is the test.
        }
    }

    private static void Walk(NackReader nack, int bytes)
    {
        var numbers = 0;
        while (nack.MoveNext())
            numbers++;
        if (numbers > bytes / 4 * 17)
            throw new InvalidOperationException("More losses than bits.");
    }

    /// <summary>As much as the forwarding unit reads of one: its history is 2,048 packets.</summary>
    private static void Walk(TransportFeedbackReader feedback)
    {
        for (var i = 0; i < 64 && feedback.MoveNext(); i++)
            _ = feedback.ArrivalNs;
    }
}

/// <summary>VP8, H.264, VP9 and AV1 payloads.</summary>
internal sealed class VideoPayloadTarget : IFuzzTarget
{
    public string Name => "rtc/video-payload";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand(
    [
        [0x10, 0x00, 0x9D, 0x01, 0x2A], [0x90, 0x80, 0x81, 0x12, 0x00], [0x90, 0xF0, 0x81, 0x12, 0x05, 0x40, 0x01], [0x00, 0x11], [0x67, 0x42, 0xE0, 0x1F],
        [0x65, 0x88], [0x7C, 0x85, 0x88], [0x7C, 0x45, 0x88], [0x78, 0x00, 0x04, 0x67, 0x42, 0xE0, 0x1F, 0x00, 0x02, 0x68, 0xCE], [0x41, 0x9A], [0xA8, 0x81, 0x12, 0x02, 0x00], [0x08, 0x0A],
    ]);

    public void Run(ReadOnlySpan<byte> input)
    {
        foreach (var codec in Enum.GetValues<VideoCodec>())
            VideoPayload.Inspect(codec, input);
        if (Vp8PayloadDescriptor.TryParse(input, out var descriptor) && (descriptor.Length is < 1 or > 6 || descriptor.Length >= input.Length))
            throw new InvalidOperationException($"A descriptor of {descriptor.Length} bytes in {input.Length}.");
    }
}

internal static class RtpSeeds
{
    public static IEnumerable<byte[]> Packets =>
    [
        Packet(96, [0x10, 0x00, 1, 2, 3], 4, 3), Packet(111, [0xFC, 1], 1, 3), Packet(97, [0x12, 0x34, 0x10, 0x01], 11, 2), Packet(108, [0x67, 0x42], 4),
        SeedSet.Hex("A0600001000000020000000301020304 00000004"), SeedSet.Hex("90600001000000020000000310000003000402414200001400050109 0102"),
        SeedSet.Hex("826000010000000200000003 0000000A 0000000B FF"),
    ];

    public static IEnumerable<byte[]> Compounds()
    {
        var block = new ReportBlock(5, 64, 3, 0x0001_0203, 77, 0xAABB_CCDD, 65536);
        var writer = new RtcpWriter(new byte[1200]);
        writer.TryWriteSenderReport(new SenderReport(1, 0x0102_0304_0506_0708, 90_000, 10, 1000), [block]);
        writer.TryWriteCname(1, "cafe"u8);
        yield return writer.Written.ToArray();
        writer = new RtcpWriter(new byte[1200]);
        writer.TryWriteReceiverReport(2, [block, block]);
        writer.TryWriteNack(2, 5, [10, 11, 26, 27]);
        writer.TryWriteRemb(2, 2_500_000, [5]);
        yield return writer.Written.ToArray();
        writer = new RtcpWriter(new byte[1200]);
        writer.TryWritePli(2, 5);
        writer.TryWriteFir(2, 5, 9);
        writer.TryWriteBye([1, 2]);
        yield return writer.Written.ToArray();
        foreach (var step in new[] { 1_000_000L, 80_000_000L, 700_000_000L })
            yield return Feedback(step);
    }

    private static byte[] Feedback(long stepNs)
    {
        var arrivals = Enumerable.Range(0, 60).Select(i => i % 7 == 3 ? TransportFeedbackWriter.NotReceived : i * stepNs).ToArray();
        var writer = new RtcpWriter(new byte[1200]);
        TransportFeedbackWriter.TryWrite(ref writer, 1, 2, 65_500, 3, arrivals);
        return writer.Written.ToArray();
    }

    private static byte[] Packet(byte payloadType, byte[] payload, params byte[] extensionIds)
    {
        var header = new byte[RtpHeaderWriter.MaxLength];
        var writer = new RtpHeaderWriter(header, payloadType, true, 65_535, 90_000, 0x1234_5678);
        foreach (var id in extensionIds)
            writer.AddExtension(id, [id, (byte)(id + 1)]);
        return [.. header.AsSpan(0, writer.Finish()), .. payload];
    }
}
